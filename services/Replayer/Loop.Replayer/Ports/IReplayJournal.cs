using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.Replayer.Ports;

/// <summary>The streams of replays, and what capture nodes see of them.</summary>
public interface IReplayJournal
{
    /// <summary>Opens the stream; durable when this returns.</summary>
    Task Request(ReplayRequested requested);

    /// <summary>Takes the replay up; false when another worker did, or when it has ended. Durable when this returns true.</summary>
    Task<bool> Begin(string replayId, ReplayBegun begun);

    /// <summary>How far it has come; null when there is no such replay.</summary>
    Task<ReplayProgress?> Progress(string replayId);

    /// <summary>Makes the replay's keys known at every connected node; returns the nodes that confirmed.</summary>
    Task<IReadOnlyList<string>> RegisterKeys(string replayId);

    /// <summary>Appends a fact; durable when this returns.</summary>
    Task Append(string replayId, ReplayEvent fact);

    /// <summary>Stores a body and returns its SHA-256.</summary>
    Task<string> StoreBody(string replayId, byte[] body);

    /// <summary>Redacts headers as a capture node would.</summary>
    Task<IReadOnlyList<HeaderField>> Redact(string replayId, IReadOnlyList<HeaderField> headers);

    /// <summary>Exchanges of the replay that nodes saw so far.</summary>
    Task<IReadOnlyList<Exchange>> Observed(string replayId);

    /// <summary>Kept bytes of a body of the replay.</summary>
    Task<byte[]?> Body(string replayId, string sha256);

    /// <summary>The report as far as it goes; null when there is no such replay.</summary>
    Task<ReplayReport?> Report(string replayId);

    /// <summary>Replays of a conversation, or of all, newest first.</summary>
    Task<IReadOnlyList<ReplayReport>> Replays(string? conversationId, int limit);
}
