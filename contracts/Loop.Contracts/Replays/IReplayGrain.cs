using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Replays;

/// <summary>One replay: its event stream, and what the capture nodes see of it. Key: the replay's id (12 characters). Hosted by the store, driven by a replayer.</summary>
[Alias("loop.replay")]
public interface IReplayGrain : IGrainWithStringKey
{
    /// <summary>Appends <see cref="ReplayRequested"/>; durable when this returns.</summary>
    [Alias("request")]
    Task Request(ReplayRequested requested);

    /// <summary>Appends <see cref="ReplayBegun"/>; false, and nothing appended, when that attempt was begun already or the replay has ended. Durable when this returns true.</summary>
    [Alias("begin")]
    Task<bool> Begin(ReplayBegun begun);

    /// <summary>How far it has come; null when no such replay was asked for.</summary>
    [Alias("progress")]
    Task<ReplayProgress?> Progress();

    /// <summary>Registers the replay's keys at every connected node and waits (≤ 2 s) for each to confirm; returns the names of those that did. Appends <see cref="ReplayKeysRegistered"/>.</summary>
    [Alias("register-keys")]
    Task<IReadOnlyList<string>> RegisterKeys();

    /// <summary>Appends a further fact of the replay; a <see cref="ReplayFinished"/> also unregisters the keys. Durable when this returns.</summary>
    [Alias("append")]
    Task Append(ReplayEvent fact);

    /// <summary>Stores a (redacted) body in the replay's pack and returns its SHA-256.</summary>
    [Alias("store-body")]
    Task<string> StoreBody(byte[] body);

    /// <summary>Redacts headers with the store's key exactly as a capture node would, so that recorded and replayed answers compare.</summary>
    [Alias("redact")]
    Task<IReadOnlyList<HeaderField>> Redact(IReadOnlyList<HeaderField> headers);

    /// <summary>Exchanges of the replay that are durable already; called by the node link.</summary>
    [Alias("record")]
    Task Record(IReadOnlyList<StoredExchange> exchanges);

    /// <summary>The replay's exchanges seen so far, with everything but bodies.</summary>
    [Alias("observed")]
    Task<IReadOnlyList<Exchange>> Observed();

    /// <summary>The kept bytes of a body of the replay.</summary>
    [Alias("body")]
    Task<byte[]?> Body(string sha256);

    /// <summary>The report as far as it goes; null when no such replay was asked for.</summary>
    [Alias("report")]
    Task<ReplayReport?> Report();
}

/// <summary>Looks things up across conversations and replays. Key: <c>"default"</c>. Hosted by the store.</summary>
[Alias("loop.directory")]
public interface IDirectoryGrain : IGrainWithStringKey
{
    /// <summary>All conversation ids that begin with <paramref name="prefix"/> (aliases resolved), at most 10.</summary>
    [Alias("find")]
    Task<IReadOnlyList<string>> FindConversations(string prefix);

    /// <summary>Finished replays of a conversation, newest first.</summary>
    [Alias("replays")]
    Task<IReadOnlyList<ReplayReport>> Replays(string? conversationId, int limit);
}
