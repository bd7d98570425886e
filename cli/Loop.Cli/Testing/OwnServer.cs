using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Loop.Cli.Commands;
using Loop.EnvoyConfig.Running;

namespace Loop.Cli.Testing;

/// <summary>A <c>loopd</c> of this run alone: a temporary data folder, free loopback ports, gone at the end.</summary>
internal sealed partial class OwnServer : IAsyncDisposable
{
    private const int TerminateSignal = 15, LinesKept = 20;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly ServerFolder _folder;
    private readonly Queue<string> _lastWords = new();
    private bool _hasStarted;
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OwnServer(Process process, ServerFolder folder)
    {
        _process = process;
        _folder = folder;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <exception cref="IOException">It is not there, or did not start.</exception>
    public static async Task<OwnServer> Start(CancellationToken cancellationToken)
    {
        string program = LoopdPlace.Find() ?? throw new IOException($"loopd was not found beside loopctl ({AppContext.BaseDirectory}) or in PATH. Name a running server: --url or {CommandScope.UrlVariable}.");
        ServerFolder.Sweep();
        var folder = ServerFolder.Make();
        var start = new ProcessStartInfo(program, ["--data", folder.Data, "--roles", "store,replayer", "--link-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Of a server that others reach; this one listens on loopback alone, and its only client has no token to send.
        start.Environment.Remove("Loop__Api__Token");
        var server = new OwnServer(new Process { StartInfo = start, EnableRaisingEvents = true }, folder);
        // A loopctl that is killed cannot end it.
        OrphanWatch.Prepare(start);
        try
        {
            await server.Run(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                // A signal that does not reach it leaves nothing to wait for.
                if (Signal(_process.Id, TerminateSignal) == 0)
                    await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        if (_hasStarted)
            OrphanWatch.Drop(_process.Id);
        _process.Dispose();
        _folder.Remove();
    }

    private bool IsRunning { get; set; }

    private async Task Run(CancellationToken cancellationToken)
    {
        _process.Exited += (_, _) =>
        {
            IsRunning = false;
            _ready.TrySetException(new IOException($"loopd ended before it was ready: {LastWords}"));
        };
        _process.OutputDataReceived += (_, line) => OnOutput(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        IsRunning = _hasStarted = _process.Start();
        OrphanWatch.Add(_process.Id);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            Url = await _ready.Task.WaitAsync(StartLimit, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new IOException($"loopd was not ready after {StartLimit.TotalSeconds:0} s: {LastWords}");
        }
    }

    private void OnOutput(string? line)
    {
        Keep(line);
        if (line is not null && ReadyLine().Match(line) is { Success: true } ready)
            _ready.TrySetResult(new Uri($"http://{ready.Groups["http"].Value}/"));
    }

    private string LastWords
    {
        get
        {
            lock (_lastWords)
                return string.Join(" | ", _lastWords);
        }
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrEmpty(line))
            return;
        lock (_lastWords)
        {
            _lastWords.Enqueue(line);
            if (_lastWords.Count > LinesKept)
                _lastWords.Dequeue();
        }
    }

    [GeneratedRegex(@"ready: http=(?<http>\S+)")]
    private static partial Regex ReadyLine();

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int processId, int signal);
}
