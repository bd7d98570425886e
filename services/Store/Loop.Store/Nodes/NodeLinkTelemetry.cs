using Microsoft.Extensions.Logging;

namespace Loop.Store.Nodes;

/// <summary>What the link counts and says.</summary>
public sealed partial class NodeLinkTelemetry(StoreInstruments instruments, ILogger<NodeLinkTelemetry> logger)
{
    /// <summary>A message was refused.</summary>
    public void Malformed(string node, string fact)
    {
        instruments.OnMalformed();
        LogMalformed(node, fact);
    }

    /// <summary>A node connected.</summary>
    [LoggerMessage(2101, LogLevel.Information, "Capture node {Node} (epoch {Epoch}, version {Version}) is connected")]
    public partial void Connected(string node, long epoch, string version);

    /// <summary>A link ended.</summary>
    [LoggerMessage(2102, LogLevel.Information, "The link of capture node {Node} ended: {Reason}")]
    public partial void Ended(string node, string reason);

    /// <summary>A trigger failed.</summary>
    [LoggerMessage(2103, LogLevel.Error, "A trigger of {Node} could not be kept; the node repeats it")]
    public partial void TriggerFailed(string node, Exception exception);

    /// <summary>Recording failed.</summary>
    [LoggerMessage(2104, LogLevel.Error, "What {Node} sent could not be recorded; its link is ended, so that it is asked again")]
    public partial void RecordingFailed(string node, Exception exception);

    /// <summary>Telling a conversation of a lost node failed.</summary>
    [LoggerMessage(2105, LogLevel.Warning, "Conversation {Id} could not be told that {Node} is lost; its time limit ends it")]
    public partial void LossNotTold(string id, string node, Exception exception);

    [LoggerMessage(2106, LogLevel.Warning, "A message of {Node} was skipped: {Fact}")]
    private partial void LogMalformed(string node, string fact);
}
