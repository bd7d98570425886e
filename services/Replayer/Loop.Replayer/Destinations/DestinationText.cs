using System.Globalization;
using System.Net;

namespace Loop.Replayer.Destinations;

/// <summary>Reads what a person typed as a destination.</summary>
internal sealed record DestinationText(string Host, int Port, bool IsSecure)
{
    /// <summary>Reads <c>host:port</c> or an http(s) URL without path; null when it is neither.</summary>
    public static DestinationText? Parse(string text)
    {
        text = text.Trim();
        bool isUrl = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(isUrl ? text : $"http://{text}", UriKind.Absolute, out Uri? uri) || uri.HostNameType is UriHostNameType.Basic or UriHostNameType.Unknown)
            return null;
        bool isBare = uri.PathAndQuery is "/" && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;
        bool hasPort = isUrl || text.EndsWith($":{uri.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal);
        if (!isBare || !hasPort || uri.Port is < 1 or > 65535 || uri.Scheme is not ("http" or "https"))
            return null;
        string host = uri.IdnHost.Trim('[', ']').ToLowerInvariant();
        return new DestinationText(IPAddress.TryParse(host, out IPAddress? address) ? address.ToString() : host, uri.Port, uri.Scheme == "https");
    }
}
