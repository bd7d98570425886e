using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Loop.LoadLab.Running;

/// <summary>A real <c>loopd</c> on free ports with a data directory of its own.</summary>
internal sealed partial class Loopd : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;

    private Loopd(LabProcess process, string data, string readyLine)
    {
        Process = process;
        DataDirectory = data;
        Match ready = Ready().Match(readyLine);
        Http = new Uri($"http://{ready.Groups["http"].Value}");
        CapturePort = int.Parse(ready.Groups["port"].Value, CultureInfo.InvariantCulture);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Http, Timeout = TimeSpan.FromSeconds(10) };
    }

    public LabProcess Process { get; }

    public string DataDirectory { get; }

    public Uri Http { get; }

    public int CapturePort { get; }

    /// <summary>Starts one and waits until it is ready.</summary>
    public static async Task<Loopd> Start(string program, string data, string? config = null, int? core = null, int capturePort = 0)
    {
        List<string> arguments = ["--roles", "capture,store", "--data", data, "--capture-listen", $"127.0.0.1:{capturePort}", "--link-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"];
        if (config is not null)
            arguments.AddRange(["--config", config]);
        var process = LabProcess.Start(program, arguments, core);
        try
        {
            return new Loopd(process, data, await process.ReadyLine(StartLimit, TimeProvider.System));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Counters of its capture node since it started.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Counts(CancellationToken cancellationToken)
    {
        using JsonDocument status = await Get("/api/v1/status", cancellationToken);
        JsonElement nodes = status.RootElement.GetProperty("nodes");
        return nodes.GetArrayLength() == 0
            ? new Dictionary<string, long>()
            : nodes[0].GetProperty("counts").EnumerateObject().ToDictionary(count => count.Name, count => count.Value.GetInt64());
    }

    /// <summary>An answer of its API.</summary>
    public async Task<JsonDocument> Get(string path, CancellationToken cancellationToken)
    {
        await using Stream answer = await _http.GetStreamAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return await JsonDocument.ParseAsync(answer, cancellationToken: cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }

    [GeneratedRegex(@"ready: http=(?<http>\S+) capture=\S+:(?<port>\d+)")]
    private static partial Regex Ready();
}
