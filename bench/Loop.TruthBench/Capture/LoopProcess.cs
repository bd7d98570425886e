using Loop.EnvoyConfig.Running;
using Loop.Samples.Demo;
using Loop.Samples.Demo.Processes;
using Loop.TruthBench.Stack;

namespace Loop.TruthBench.Capture;

/// <summary>A real <c>loopd</c> with a data directory of its own, and <c>loopctl</c> that speaks to it.</summary>
internal sealed class LoopProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private readonly ChildProcess _process;

    private LoopProcess(ChildProcess process, string loopctl, int capturePort, int httpPort)
    {
        _process = process;
        CapturePort = capturePort;
        Loopctl = loopctl;
        Http = new Uri($"http://127.0.0.1:{httpPort}");
        Control = new LoopControl(loopctl, Http);
    }

    public int CapturePort { get; }

    public Uri Http { get; }

    public string Loopctl { get; }

    public LoopControl Control { get; }

    public static async Task<LoopProcess> Start(string programs, Workplace place, bool keepsControls, TimeProvider time, CancellationToken cancellationToken)
    {
        int[] ports = FreePorts.Take(2);
        string[] words =
        [
            // Every bug fails in the same minute; what a storm would cut off is wanted here.
            "Loop__Store__Conversations__KeptPerMinute=100000", $"Loop__Store__Controls__Enabled={keepsControls}", Path.Combine(programs, "loopd"),
            "--data", place.Data, "--capture-listen", $"127.0.0.1:{ports[0]}", "--http-listen", $"127.0.0.1:{ports[1]}", "--link-listen", "127.0.0.1:0",
        ];
        LoopProcess loop = new(ChildProcess.Start("loopd", "env", words, place.Logs, time), Path.Combine(programs, "loopctl"), ports[0], ports[1]);
        try
        {
            await loop._process.WaitUntilAsync("ready state", loop.Control.IsReadyAsync, StartLimit, cancellationToken);
            return loop;
        }
        catch
        {
            await loop.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
