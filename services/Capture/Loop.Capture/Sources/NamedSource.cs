using System.Buffers;
using System.Net;
using System.Text;
using Loop.Capture.Core.Decoding;
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

    /// <summary>What is known with the serialised identifier of a first message: access logs and taps both have node = 1 and the name = 2. False when it is damaged.</summary>
    public bool TryIdentify(in ReadOnlySequence<byte> identifier, out ExchangeSource source)
    {
        const int NodeField = 1;
        const int NameField = 2;
        const int ClusterField = 2;
        string name = "";
        string cluster = "";
        bool isNodeWhole = true;
        var walker = new ProtobufWalker(identifier);
        while (walker.Next())
        {
            if (walker.Field == NameField && walker.IsBytes)
                name = Encoding.UTF8.GetString(walker.Bytes);
            else if (walker.Field == NodeField && walker.IsBytes)
                isNodeWhole = TryReadText(walker.Bytes, ClusterField, ref cluster);
        }

        source = With(name, cluster);
        return isNodeWhole && !walker.IsMalformed;
    }

    private static bool TryReadText(in ReadOnlySequence<byte> message, int field, ref string text)
    {
        var walker = new ProtobufWalker(message);
        while (walker.Next())
        {
            if (walker.Field == field && walker.IsBytes)
                text = Encoding.UTF8.GetString(walker.Bytes);
        }

        return !walker.IsMalformed;
    }

    private ExchangeSource With(string name, string cluster)
    {
        (string? named, ExchangeView view) = ParseName(name);
        string? service = fromMetadata.Service ?? named ?? (cluster.Length == 0 ? null : cluster);
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
