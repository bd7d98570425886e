using System.Threading.Channels;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Controls;

/// <summary>Something for the keeper of controls.</summary>
public abstract record ControlWork;

/// <summary>A failing conversation is collected as far as it has ended: it wants a control.</summary>
/// <param name="For">Which.</param>
/// <param name="Route">By which it entered.</param>
/// <param name="Keys">Its names; it is no control of itself.</param>
public sealed record ControlWanted(ConversationId For, EntryRoute Route, IReadOnlyList<TraceKey> Keys) : ControlWork;

/// <summary>A conversation that was kept as a control is sealed.</summary>
/// <param name="Control">Which.</param>
/// <param name="Mark">What it was kept for.</param>
/// <param name="IsHealthy">False when it failed after all, entered otherwise, or is not whole.</param>
public sealed record ControlSealed(ConversationId Control, ControlMark Mark, bool IsHealthy) : ControlWork;

/// <summary>Between the grains, which never wait, and the one that asks nodes. When it is full a failure stays without a control, and counts nothing else.</summary>
public sealed class ControlQueue
{
    private const int Capacity = 10_000;

    private readonly Channel<ControlWork> _work = Channel.CreateBounded<ControlWork>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>What to do, in order.</summary>
    public ChannelReader<ControlWork> Work => _work.Reader;

    /// <summary>Adds work; never waits.</summary>
    public void Enqueue(ControlWork work) => _work.Writer.TryWrite(work);
}
