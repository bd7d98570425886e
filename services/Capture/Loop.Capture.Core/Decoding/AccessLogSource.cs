using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>Who writes an access log, as its identifier tells.</summary>
/// <param name="Service">Service beside the proxy; null when neither name nor node tells.</param>
/// <param name="View">Which side of the call it stands on.</param>
public readonly record struct AccessLogSource(string? Service, ExchangeView View)
{
    private const string Prefix = "loop-";

    /// <summary>
    /// Reads <c>log_name</c> of the form <c>loop-SERVICE-DIRECTION</c> (direction: inbound, outbound, edge; services may hold dashes).
    /// What it does not tell comes from <c>node.cluster</c>, or stays unknown.
    /// </summary>
    public static AccessLogSource FromLogName(string? logName, string? nodeCluster)
    {
        string? cluster = string.IsNullOrEmpty(nodeCluster) ? null : nodeCluster;
        if (logName is null || !logName.StartsWith(Prefix, StringComparison.Ordinal))
            return new AccessLogSource(cluster, ExchangeView.Unknown);
        int lastDash = logName.LastIndexOf('-');
        ExchangeView view = logName[(lastDash + 1)..] switch
        {
            "inbound" => ExchangeView.Server,
            "outbound" => ExchangeView.Client,
            "edge" => ExchangeView.Edge,
            _ => ExchangeView.Unknown,
        };
        int end = view == ExchangeView.Unknown ? logName.Length : lastDash;
        return new AccessLogSource(end > Prefix.Length ? logName[Prefix.Length..end] : cluster, view);
    }

    /// <summary>The source for the intake.</summary>
    public ExchangeSource ToExchangeSource(string? serviceNamespace, string instance) =>
        new(CaptureInput.AccessLog, View, Service, serviceNamespace, instance, SideStreamTraceParent: null);
}
