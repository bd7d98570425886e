using System.Security.Cryptography;
using System.Text.Json;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.Replayer.Engine;

/// <summary>Tells whether a replay that is taken up later is the one that was accepted. JSON keeps the fields apart, so no two contents share a text.</summary>
internal static class ReplayDigests
{
    /// <summary>An order without its request.</summary>
    public static ReplayOrder Of(ReplayJob job) => new()
    {
        RecordingSha256 = Hash(job.Exchanges.OrderBy(exchange => exchange.Id.ToString(), StringComparer.Ordinal).Select(Recorded)),
        PlanSha256 = Hash(job switch
        {
            SandboxJob sandbox => [job.DestinationName, .. Driven(sandbox), sandbox.Choice.Judged?.Hop.Id ?? "", sandbox.Asserted, .. sandbox.Live.Live.Order(StringComparer.Ordinal), .. sandbox.Request.Before],
            _ => new[] { job.DestinationName, job.Plan.Entry.Hop.Id },
        }),
        SandboxFileSha256 = (job as SandboxJob)?.FileSha256,
    };

    // What no later reading of the same recording changes.
    private static object[] Recorded(Exchange exchange) =>
        [exchange.Id.ToString(), exchange.View.ToString(), exchange.End.ToString(), exchange.Request?.Body.Sha256 ?? "", exchange.Response?.Body.Sha256 ?? "", exchange.Status()?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""];

    private static IEnumerable<string> Driven(SandboxJob job) => job.Live.Drives.Select(drive => drive.Hop.Id);

    private static string Hash<T>(IEnumerable<T> content) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content.ToArray())));
}
