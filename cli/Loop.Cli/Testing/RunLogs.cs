using System.Globalization;
using Loop.Client;
using Loop.Contracts.Replays;

namespace Loop.Cli.Testing;

/// <summary>What live services wrote in a replay, as files: a server of the test run's own is gone afterwards.</summary>
internal static class RunLogs
{
    /// <summary>Writes them; returns their paths.</summary>
    public static async Task<IReadOnlyList<string>> Write(LoopClient client, ReplayReport report, string folder, CancellationToken cancellationToken)
    {
        List<string> written = [];
        foreach (RunReport run in report.Sandbox?.Runs ?? [])
        {
            foreach (string service in run.Logs.Keys.Order(StringComparer.Ordinal))
            {
                Directory.CreateDirectory(folder);
                string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"run-{run.Number}-{FileNameOf(service)}.log"));
                await using RecordedBody log = await client.OpenReplayLog(report.Id, run.Number, service, cancellationToken);
                await using FileStream file = File.Create(path);
                await log.Content.CopyToAsync(file, cancellationToken);
                written.Add(path);
            }
        }

        return written;
    }

    private static string FileNameOf(string service) => string.Concat(service.Select(symbol => char.IsAsciiLetterOrDigit(symbol) || symbol is '.' or '-' ? symbol : '_'));
}
