using Microsoft.Extensions.Logging;

namespace Loop.Store.Recovery;

/// <summary>What the start says.</summary>
public sealed partial class RecoveryLog(ILogger<RecoveryLog> logger)
{
    /// <summary>The store serves.</summary>
    [LoggerMessage(2201, LogLevel.Information, "The store is ready; {Open} unsealed conversations were woken")]
    public partial void Ready(int open);

    /// <summary>The index is up to date.</summary>
    [LoggerMessage(2202, LogLevel.Information, "The index took up {Streams} streams and is at position {Position}")]
    public partial void CaughtUp(int streams, long position);

    /// <summary>The index is built anew.</summary>
    [LoggerMessage(2203, LogLevel.Warning, "The index is at position {Position}, which the events do not have; it is built anew from all events")]
    public partial void Rebuilding(long position);

    /// <summary>A stream is damaged.</summary>
    [LoggerMessage(2204, LogLevel.Error, "Stream {Stream} could not be taken up into the index; its conversation or replay shows an older state or none")]
    public partial void NotProjected(string stream, Exception exception);

    /// <summary>A conversation is damaged.</summary>
    [LoggerMessage(2205, LogLevel.Error, "Conversation {Id} could not be resumed")]
    public partial void NotResumed(string id, Exception exception);

    /// <summary>Orphans are gone.</summary>
    [LoggerMessage(2206, LogLevel.Information, "{Count} segments of {Owner} that no event names were removed")]
    public partial void Swept(int count, string owner);

    /// <summary>Orphans stay.</summary>
    [LoggerMessage(2207, LogLevel.Warning, "Segments of {Owner} could not be checked; orphans among them take room until the next start")]
    public partial void NotSwept(string owner, Exception exception);

    /// <summary>The checkpoint stays behind.</summary>
    [LoggerMessage(2208, LogLevel.Warning, "The index checkpoint could not be written; the next start reads more streams again")]
    public partial void CheckpointNotWritten(Exception exception);

    /// <summary>A pack is damaged.</summary>
    [LoggerMessage(2209, LogLevel.Warning, "Conversation {Id} is listed without its hops: {Fact}")]
    public partial void PackDamaged(string id, string fact);
}
