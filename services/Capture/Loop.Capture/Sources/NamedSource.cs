using System.Net;
using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Sources;

/// <summary>
/// Who stands behind a stream that names itself in its first message: the side stream's metadata where it says, else the name
/// (<c>log_name</c>, <c>tap_id</c>) = <c>loop-SERVICE-DIRECTION</c>, else the cluster of Envoy's node.
/// </summary>
internal sealed class NamedSource(ExchangeSource fromMetadata, string? givenInstance, IPAddress? peer, SourceReader sources)
{
    private const string Prefix = "loop-";

    /// <summary>What is known before the name came, or when none comes.</summary>
    public ExchangeSource Unnamed => fromMetadata;

    /// <summary>The source of a stream.</summary>
    public static NamedSource Of(HttpContext context, CaptureInput input, SourceReader sources)
    {
        string? instance = context.Request.Headers[SourceReader.InstanceHeader];
        return new NamedSource(sources.Read(context, input), string.IsNullOrEmpty(instance) ? null : instance, context.Connection.RemoteIpAddress, sources);
    }

    /// <summary>What is known with the name.</summary>
    public ExchangeSource With(string name, string? cluster)
    {
        (string? named, ExchangeView view) = ParseName(name);
        string? service = fromMetadata.Service ?? named ?? (string.IsNullOrEmpty(cluster) ? null : cluster);
        return fromMetadata with
        {
            Service = service,
            View = fromMetadata.View is ExchangeView.Unknown ? view : fromMetadata.View,
            Instance = givenInstance ?? sources.Instance(peer, service),
        };
    }

    /// <summary>Splits <c>loop-SERVICE-DIRECTION</c> at its last dash, since services have dashes of their own.</summary>
    public static (string? Service, ExchangeView View) ParseName(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            return (null, ExchangeView.Unknown);
        ReadOnlySpan<char> rest = name.AsSpan(Prefix.Length);
        int dash = rest.LastIndexOf('-');
        ExchangeView view = dash < 0 ? ExchangeView.Unknown : DirectionName.ToView(rest[(dash + 1)..]);
        if (view is ExchangeView.Unknown)
            return (null, DirectionName.ToView(rest));
        return (dash == 0 ? null : rest[..dash].ToString(), view);
    }
}
