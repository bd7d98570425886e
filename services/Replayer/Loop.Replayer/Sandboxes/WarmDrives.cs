using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.StandIns;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>Turns the warm-up requests of a sandbox file into drives that decide nothing.</summary>
internal static class WarmDrives
{
    /// <summary>One per request to a live service, in the file's order.</summary>
    public static IReadOnlyList<Drive> Of(SandboxFile file, IReadOnlyList<SandboxService> live, IReplayIdSource ids, TimeSpan limit) =>
        [.. file.Warm.Where(warm => live.Any(service => service.Name == warm.Service)).Select((warm, index) => Of(warm, index + 1, live.First(service => service.Name == warm.Service), ids.Next(), limit))];

    private static Drive Of(WarmRequest warm, int number, SandboxService service, ReplayIds names, TimeSpan limit)
    {
        string[] words = warm.Request.Split(' ', 2);
        HeaderField[] headers = [.. warm.Headers.Select(pair => new HeaderField(pair.Key.ToLowerInvariant(), pair.Value)), new("traceparent", names.TraceParent), new("x-request-id", names.RequestId)];
        WireRequest request = new()
        {
            Method = words[0],
            Path = words[1],
            Authority = warm.Service,
            UsesHttp2 = false,
            Headers = headers,
            Body = Encoding.UTF8.GetBytes(warm.Body ?? ""),
            Adjustments = [],
        };
        return new Drive($"warm-{number}", $"warm {warm.Service} {warm.Request}", warm.Service, service.Port!.Value, request, limit, IsBackground: true);
    }
}
