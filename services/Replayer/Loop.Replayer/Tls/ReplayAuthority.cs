using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Tls;
using Loop.Replayer.Credentials;
using Loop.SandboxFiles;

namespace Loop.Replayer.Tls;

/// <summary>The certificate authority of one replay: made in memory, trusted by its live services, gone with it.</summary>
internal static class ReplayAuthority
{
    // A service may see the recorded time, the machine's, or one between; clocks differ by some hours at most.
    private static readonly TimeSpan Slack = TimeSpan.FromDays(2);

    /// <summary>Makes it.</summary>
    /// <param name="file">Says what is answered besides the recording.</param>
    /// <param name="live">Which hops are live.</param>
    /// <param name="recordedStart">The earliest time that a service may see.</param>
    /// <param name="now">The machine's time.</param>
    public static TlsPart Of(SandboxFile file, LivePlan live, DateTimeOffset recordedStart, DateTimeOffset now)
    {
        (DateTimeOffset first, DateTimeOffset last) = recordedStart < now ? (recordedStart, now) : (now, recordedStart);
        return TlsPart.WithNewAuthority(first - Slack, last + Slack, [.. Hosts(file, live).Distinct(StringComparer.OrdinalIgnoreCase)]);
    }

    private static IEnumerable<string> Hosts(SandboxFile file, LivePlan live) =>
        file.Background.Select(call => new Uri(call.Call.Split(' ')[1].TrimEnd('*'))).Concat(KeyAnswers.Urls(file)).Where(url => url.Scheme == Uri.UriSchemeHttps).Select(url => url.Host)
            .Concat(live.Answered.Concat(live.Relayed).SelectMany(call => call.Views).Where(SpeaksTls).Select(view => view.Authority()).OfType<string>().Select(HostOf));

    // A service that speaks TLS to the proxy beside it: the proxy saw plain requests, and says how they came.
    private static bool SpeaksTls(Exchange view) => view.View is ExchangeView.Client or ExchangeView.Edge && view.Request?.Header(":scheme") is "https";

    private static string HostOf(string authority) => Uri.TryCreate("https://" + authority, UriKind.Absolute, out Uri? url) ? url.Host : authority;
}
