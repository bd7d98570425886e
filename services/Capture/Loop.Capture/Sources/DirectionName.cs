using Loop.Contracts.Exchanges;

namespace Loop.Capture.Sources;

/// <summary>The words by which a source names its direction.</summary>
internal static class DirectionName
{
    /// <summary><c>inbound</c>, <c>outbound</c> or <c>edge</c>; anything else is unknown, and the attribute <c>xds.listener_direction</c> decides later.</summary>
    public static ExchangeView ToView(ReadOnlySpan<char> direction) => direction switch
    {
        "inbound" => ExchangeView.Server,
        "outbound" => ExchangeView.Client,
        "edge" => ExchangeView.Edge,
        _ => ExchangeView.Unknown,
    };
}
