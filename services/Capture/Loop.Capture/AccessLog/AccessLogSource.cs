using System.Net;
using Loop.Capture.Core.Intake;
using Loop.Capture.Sources;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Service.Accesslog.V3;

namespace Loop.Capture.AccessLog;

/// <summary>
/// Who logs: the side stream's metadata where it says, else <c>log_name</c> = <c>loop-SERVICE-DIRECTION</c>, else the cluster of Envoy's node.
/// </summary>
internal sealed class AccessLogSource(ExchangeSource fromMetadata, string? givenInstance, IPAddress? peer, SourceReader sources)
{
    private const string Prefix = "loop-";

    /// <summary>What is known before the identifier came, or when none comes.</summary>
    public ExchangeSource WithoutIdentifier => fromMetadata;

    /// <summary>What is known with the identifier.</summary>
    public ExchangeSource With(StreamAccessLogsMessage.Types.Identifier identifier)
    {
        (string? named, ExchangeView view) = ParseLogName(identifier.LogName);
        string? cluster = identifier.Node?.Cluster is { Length: > 0 } name ? name : null;
        string? service = fromMetadata.Service ?? named ?? cluster;
        return fromMetadata with
        {
            Service = service,
            View = fromMetadata.View is ExchangeView.Unknown ? view : fromMetadata.View,
            Instance = givenInstance ?? sources.Instance(peer, service),
        };
    }

    /// <summary>Splits <c>loop-SERVICE-DIRECTION</c> at its last dash, since services have dashes of their own.</summary>
    public static (string? Service, ExchangeView View) ParseLogName(string logName)
    {
        if (!logName.StartsWith(Prefix, StringComparison.Ordinal))
            return (null, ExchangeView.Unknown);
        ReadOnlySpan<char> rest = logName.AsSpan(Prefix.Length);
        int dash = rest.LastIndexOf('-');
        ExchangeView view = dash < 0 ? ExchangeView.Unknown : DirectionName.ToView(rest[(dash + 1)..]);
        if (view is ExchangeView.Unknown)
            return (null, DirectionName.ToView(rest));
        return (dash == 0 ? null : rest[..dash].ToString(), view);
    }
}
