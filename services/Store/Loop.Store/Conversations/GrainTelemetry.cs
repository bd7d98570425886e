using Microsoft.Extensions.Logging;

namespace Loop.Store.Conversations;

/// <summary>What grains count and say.</summary>
public sealed partial class GrainTelemetry(StoreInstruments instruments, ILogger<GrainTelemetry> logger)
{
    /// <summary>Metrics.</summary>
    public StoreInstruments Instruments => instruments;

    /// <summary>A conversation is sealed.</summary>
    [LoggerMessage(2001, LogLevel.Debug, "Conversation {Id} is sealed ({Reason}): {Exchanges} exchanges, {StillOpen} still open")]
    public partial void Sealed(string id, string reason, int exchanges, int stillOpen);

    /// <summary>An append failed.</summary>
    [LoggerMessage(2002, LogLevel.Error, "Appending to {Id} failed; its stream is read again at the next call")]
    public partial void AppendFailed(string id, Exception exception);

    /// <summary>A seal failed.</summary>
    [LoggerMessage(2003, LogLevel.Error, "Sealing {Id} failed; it is tried again")]
    public partial void SealFailed(string id, Exception exception);

    /// <summary>A merge failed.</summary>
    [LoggerMessage(2004, LogLevel.Error, "Merging {From} into {Into} failed; both stay as they are until the store restarts")]
    public partial void MergeFailed(string from, string into, Exception exception);

    /// <summary>A pack takes more room than it must.</summary>
    [LoggerMessage(2005, LogLevel.Warning, "The pack of {Id} was not compacted; everything in it stays readable where it is")]
    public partial void NotCompacted(string id, Exception exception);
}
