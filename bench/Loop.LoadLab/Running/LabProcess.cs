using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Loop.EnvoyConfig.Running;

namespace Loop.LoadLab.Running;

/// <summary>A program that a scenario started and that it ends.</summary>
internal sealed partial class LabProcess : IAsyncDisposable
{
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;
    private const int KillSignal = 9;
    private const int TailLines = 30;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _tail = new();
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _readyText;

    private LabProcess(Process process, string readyText) => (_process, _readyText) = (process, readyText);

    public int Id => _process.Id;

    /// <summary>True when it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program.</summary>
    /// <param name="program">Path, or a name on PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="core">The core that it may use; null for all.</param>
    /// <param name="readyText">What the line says that <see cref="ReadyLine"/> waits for.</param>
    public static LabProcess Start(string program, IEnumerable<string> arguments, int? core = null, string readyText = "ready: ")
    {
        ProcessStartInfo info = core is { } number
            ? new ProcessStartInfo("taskset", ["-c", number.ToString(CultureInfo.InvariantCulture), program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        info.RedirectStandardOutput = info.RedirectStandardError = info.RedirectStandardInput = true;
        var process = new LabProcess(new Process { StartInfo = info, EnableRaisingEvents = true }, readyText);
        process.Run();
        return process;
    }

    /// <summary>Runs a program to its end and returns its standard output.</summary>
    public static async Task<string> RunToEnd(string program, IEnumerable<string> arguments, CancellationToken cancellationToken, int? core = null)
    {
        await using LabProcess process = Start(program, arguments, core, "\0");
        await process._process.WaitForExitAsync(cancellationToken);
        return process._process.ExitCode == 0
            ? string.Join('\n', process._output)
            : throw new LabException($"{program} ended with exit code {process._process.ExitCode}:\n{string.Join('\n', process._tail)}");
    }

    /// <summary>The line that says that it is ready.</summary>
    public Task<string> ReadyLine(TimeSpan limit, TimeProvider time) => _ready.Task.WaitAsync(limit, time);

    public void Freeze() => _ = kill(Id, StopSignal);

    public void Thaw() => _ = kill(Id, ContinueSignal);

    public void Kill() => _ = kill(Id, KillSignal);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Thaw();
        await Termination.EndAsync(_process, StopLimit, TimeProvider.System);
        _process.Dispose();
    }

    private void Run()
    {
        _process.OutputDataReceived += (_, line) => OnLine(line.Data, isOutput: true);
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data, isOutput: false);
        _process.Exited += (_, _) => _ready.TrySetException(new LabException($"{_process.StartInfo.FileName} ended before it was ready:\n{string.Join('\n', _tail)}"));
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void OnLine(string? line, bool isOutput)
    {
        if (line is null)
            return;
        _tail.Enqueue(line);
        if (_tail.Count > TailLines)
            _tail.TryDequeue(out _);
        if (!isOutput)
            return;
        _output.Enqueue(line);
        if (line.Contains(_readyText, StringComparison.Ordinal))
            _ready.TrySetResult(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int processId, int signal);
}

/// <summary>A scenario cannot be measured; the message says what to do.</summary>
internal sealed class LabException(string message) : Exception(message);
