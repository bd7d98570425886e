using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Loop.Integration.Tests.Harness;

/// <summary>A real <c>loopd</c> process on free ports, with its own data directory, which goes with it when nobody else made it.</summary>
internal sealed partial class LoopServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly bool _ownsData;
    private int _isDisposed;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LoopServer(Process process, string dataDirectory, bool ownsData)
    {
        _process = process;
        DataDirectory = dataDirectory;
        _ownsData = ownsData;
    }

    public string DataDirectory { get; }

    public int ProcessId => _process.Id;

    public Uri Http { get; private set; } = null!;

    public IPEndPoint? Capture { get; private set; }

    public IPEndPoint? Link { get; private set; }

    /// <summary>Everything that it wrote, for messages of failing tests.</summary>
    public string Log => string.Join(Environment.NewLine, _log);

    /// <summary>Error lines of its log; none is expected unless a test says so.</summary>
    public IReadOnlyList<string> Errors => [.. _log.Where(line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal))];

    /// <summary>Path of the executable, beside the tests.</summary>
    public static string Executable => Path.Combine(AppContext.BaseDirectory, "loopd");

    /// <summary>Starts a server and waits until it says that it is ready.</summary>
    public static async Task<LoopServer> Start(string? dataDirectory = null, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        string data = dataDirectory ?? Directory.CreateTempSubdirectory("loop-data-").FullName;
        List<string> all = ["--data", data];
        foreach (string listen in new[] { "--capture-listen", "--link-listen", "--http-listen" })
        {
            if (!arguments.Contains(listen))
                all.AddRange([listen, "127.0.0.1:0"]);
        }

        var server = new LoopServer(new Process { StartInfo = StartInfo([.. all, .. arguments], environment) }, data, ownsData: dataDirectory is null);
        await server.Run();
        return server;
    }

    /// <summary>Runs the executable to its end and returns exit code and everything it wrote.</summary>
    public static async Task<(int Code, string Output)> RunToEnd(params string[] arguments)
    {
        using var process = Process.Start(StartInfo(arguments, null))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(StartLimit);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw new TimeoutException($"loopd {string.Join(' ', arguments)} runs on; it was to end. It said: {await output}{await errors}");
        }

        return (process.ExitCode, await output + await errors);
    }

    public void Freeze() => Signal(19);

    public void Thaw() => Signal(18);

    /// <summary><c>kill -9</c>.</summary>
    public async Task Kill()
    {
        Signal(9);
        await _process.WaitForExitAsync().WaitAsync(StartLimit);
    }

    /// <summary>SIGTERM, then waits for the end.</summary>
    public async Task<int> Stop()
    {
        Signal(15);
        await _process.WaitForExitAsync().WaitAsync(StartLimit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        if (!_process.HasExited)
        {
            Thaw();
            await Kill();
        }

        _process.Dispose();

        // xunit shows a test's output when it failed.
        Xunit.TestContext.Current.TestOutputHelper?.WriteLine($"loopd:\n{string.Join('\n', _log.TakeLast(60))}");
        if (_ownsData)
            Directory.Delete(DataDirectory, recursive: true);
    }

    private static ProcessStartInfo StartInfo(string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return start;
    }

    private async Task Run()
    {
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"loopd ended with {_process.ExitCode} before it was ready:{Environment.NewLine}{Log}"));
        _process.OutputDataReceived += (_, line) => OnOutput(line.Data);
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Match ready = ReadyLine().Match(await _ready.Task.WaitAsync(StartLimit));
        Http = new Uri($"http://{ready.Groups["http"].Value}");
        Capture = ready.Groups["capture"].Success ? IPEndPoint.Parse(ready.Groups["capture"].Value) : null;
        Link = ready.Groups["link"].Success ? IPEndPoint.Parse(ready.Groups["link"].Value) : null;
    }

    private void OnOutput(string? line)
    {
        if (line is null)
            return;
        _log.Enqueue(line);
        if (ReadyLine().IsMatch(line))
            _ready.TrySetResult(line);
    }

    private void Signal(int signal)
    {
        if (kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} did not reach process {_process.Id}.");
    }

    [GeneratedRegex(@"ready: http=(?<http>\S+)(?: capture=(?<capture>\S+))?(?: link=(?<link>\S+))?")]
    private static partial Regex ReadyLine();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int kill(int processId, int signal);
}
