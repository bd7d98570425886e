using System.Globalization;
using System.Text.RegularExpressions;
using Loop.LoadLab.Running;

namespace Loop.LoadLab.EnvoyLoad;

/// <summary>Runs <c>wrk</c> and <c>hey</c> and reads what they print.</summary>
internal static partial class HttpLoad
{
    private const int Connections = 32;

    /// <summary>As many requests as go.</summary>
    public static Task<HttpLoadReport> Full(int port, double seconds, CancellationToken cancellationToken) => Wrk(seconds, [Url(port)], null, cancellationToken);

    /// <summary>As many requests as go, each with another path.</summary>
    /// <param name="script">A script of wrk that makes the requests.</param>
    /// <param name="prefix">What it is told.</param>
    /// <param name="header">Sent with each.</param>
    /// <param name="core">The core that wrk may use; null for all.</param>
    public static Task<HttpLoadReport> Numbered(int port, double seconds, string script, string prefix, string header, int? core, CancellationToken cancellationToken) =>
        Wrk(seconds, ["-s", script, "-H", header, $"http://127.0.0.1:{port}", "--", prefix], core, cancellationToken);

    private static async Task<HttpLoadReport> Wrk(double seconds, IEnumerable<string> what, int? core, CancellationToken cancellationToken)
    {
        string text = await LabProcess.RunToEnd("wrk", ["-t1", $"-c{Connections}", $"-d{Math.Ceiling(seconds):0}s", "--timeout", "10s", "--latency", .. what], cancellationToken, core);
        long requests = long.Parse(Regex.Match(text, @"(\d+) requests in").Groups[1].Value, CultureInfo.InvariantCulture);
        Match socket = Regex.Match(text, @"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)");
        long failed = Regex.Match(text, @"Non-2xx or 3xx responses: (\d+)") is { Success: true } other ? Long(other.Groups[1]) : 0;
        failed += socket.Success ? socket.Groups.Values.Skip(1).Sum(Long) : 0;
        return new HttpLoadReport(
            requests,
            failed,
            double.Parse(Regex.Match(text, @"Requests/sec:\s+([\d.]+)").Groups[1].Value, CultureInfo.InvariantCulture),
            WrkTime(text, @"\n\s+50%\s+(\S+)"),
            WrkTime(text, @"\n\s+99%\s+(\S+)"),
            WrkTime(text, @"Latency\s+\S+\s+\S+\s+(\S+)"));
    }

    /// <summary>At a rate, over connections that each wait for their answer.</summary>
    public static async Task<HttpLoadReport> Rate(int port, double requestsPerSecond, double seconds, CancellationToken cancellationToken)
    {
        double perConnection = requestsPerSecond / Connections;
        string text = await LabProcess.RunToEnd(
            "hey", ["-z", $"{Math.Ceiling(seconds):0}s", "-c", $"{Connections}", "-q", perConnection.ToString("0.###", CultureInfo.InvariantCulture), "-t", "10", Url(port)], cancellationToken);
        long answered = StatusLine().Matches(text).Sum(line => Long(line.Groups[2]));
        long good = StatusLine().Matches(text).Where(line => line.Groups[1].Value == "200").Sum(line => Long(line.Groups[2]));
        int errors = text.IndexOf("Error distribution:", StringComparison.Ordinal);
        long broken = errors < 0 ? 0 : ErrorLine().Matches(text[errors..]).Sum(line => Long(line.Groups[1]));
        return new HttpLoadReport(answered + broken, answered - good + broken, Double(text, @"Requests/sec:\s+([\d.]+)"), Double(text, @"50% in ([\d.]+) secs") * 1000, Double(text, @"99% in ([\d.]+) secs") * 1000, Double(text, @"Slowest:\s+([\d.]+) secs") * 1000);
    }

    private static string Url(int port) => $"http://127.0.0.1:{port}/orders/4711";

    private static long Long(Group group) => long.Parse(group.Value, CultureInfo.InvariantCulture);

    private static double Double(string text, string pattern) =>
        Regex.Match(text, pattern) is { Success: true } match ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : double.NaN;

    // 812.00us, 1.42ms, 2.01s, 1.00m
    private static double WrkTime(string text, string pattern)
    {
        Match time = Regex.Match(Regex.Match(text, pattern).Groups[1].Value, @"^([\d.]+)(us|ms|s|m)$");
        if (!time.Success)
            return double.NaN;
        double value = double.Parse(time.Groups[1].Value, CultureInfo.InvariantCulture);
        return time.Groups[2].Value switch { "us" => value / 1000, "ms" => value, "s" => value * 1000, _ => value * 60_000 };
    }

    [GeneratedRegex(@"\[(\d+)\]\s+(\d+) responses")]
    private static partial Regex StatusLine();

    [GeneratedRegex(@"\[(\d+)\]\s+")]
    private static partial Regex ErrorLine();
}

/// <summary>What a load generator saw.</summary>
/// <param name="Requests">Ended ones.</param>
/// <param name="Failed">Not answered 200, or not at all.</param>
/// <param name="RequestsPerSecond">As it says.</param>
/// <param name="MedianMilliseconds">Half of them were faster.</param>
/// <param name="Percentile99Milliseconds">One in a hundred was slower.</param>
/// <param name="SlowestMilliseconds">The slowest.</param>
internal sealed record HttpLoadReport(long Requests, long Failed, double RequestsPerSecond, double MedianMilliseconds, double Percentile99Milliseconds, double SlowestMilliseconds);
