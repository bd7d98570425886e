using Loop.Store.Controls;
using Loop.Store.Nodes;

namespace Loop.Store.Conversations;

/// <summary>What a conversation speaks to besides its own stream; none of it makes the grain wait.</summary>
public sealed record ConversationSurroundings(INodeCommands Nodes, TraceDirectory Directory, MergeQueue Merges, IndexCheckpoint Checkpoint, ControlQueue Controls);
