using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Loop.EnvoyConfig.Running;

/// <summary>A running Envoy with its configuration file. Ends when it is disposed, or with its owner (<see cref="OrphanWatch"/>).</summary>
public sealed class EnvoyProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly OutputTail _log;
    private readonly TimeProvider _time;

    private readonly ManualResetEventSlim _parentMayEnd;

    private EnvoyProcess(Process process, ManualResetEventSlim parentMayEnd, OutputTail log, TimeProvider time) =>
        (_process, _parentMayEnd, _log, _time) = (process, parentMayEnd, log, time);

    /// <summary>Its process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Its admin listener.</summary>
    public EnvoyAddress Admin { get; private set; }

    /// <summary>Where it listens, by the listener's name (<c>inbound</c>, <c>outbound</c>, <c>edge</c>).</summary>
    public IReadOnlyDictionary<string, EnvoyAddress> Listeners { get; private set; } = new Dictionary<string, EnvoyAddress>();

    /// <summary>Its last lines.</summary>
    public string Log => _log.ToString();

    /// <summary>True when it is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Writes the configuration into the directory, starts an Envoy with it and waits until it is ready.</summary>
    /// <exception cref="EnvoyFailedException">It refused the configuration, ended, or was not ready in time; carries its last lines.</exception>
    public static async Task<EnvoyProcess> StartAsync(EnvoyStart start, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(start.Directory);
        string configFile = Path.Combine(start.Directory, "envoy.yaml");
        string adminFile = Path.Combine(start.Directory, "admin-address");
        File.Delete(adminFile);
        await File.WriteAllTextAsync(configFile, start.Bootstrap, cancellationToken);

        // Hot restart would share memory and sockets between all Envoys of the machine. ext_proc warns of each request while the collector is away.
        string[] arguments =
        [
            "-c", configFile, "--admin-address-path", adminFile, "--disable-hot-restart", "--log-level", start.LogLevel,
            "--component-log-level", $"ext_proc:{(start.LogLevel is "warning" ? "error" : start.LogLevel)}", "--concurrency", start.Concurrency.ToString(CultureInfo.InvariantCulture), "--drain-time-s", "1",
        ];
        OutputTail log = new();
        ManualResetEventSlim parentMayEnd = new();
        EnvoyProcess envoy = new(await StartOnOwnThread(start.Binary, arguments, parentMayEnd, log), parentMayEnd, log, time);
        try
        {
            await envoy.WaitUntilReady(adminFile, cancellationToken);
            return envoy;
        }
        catch
        {
            await envoy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end, waits, and kills it if it must.</summary>
    public async ValueTask DisposeAsync()
    {
        await Termination.EndAsync(_process, StopLimit, _time);
        OrphanWatch.Drop(_process.Id);
        _parentMayEnd.Set();
        _process.Dispose();
    }

    // Some builds ask the kernel to end them with their parent thread (PR_SET_PDEATHSIG). A pool thread may retire at any time,
    // so the parent is a thread that lives until the Envoy is disposed.
    private static Task<Process> StartOnOwnThread(string binary, string[] arguments, ManualResetEventSlim parentMayEnd, OutputTail log)
    {
        TaskCompletionSource<Process> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread parent = new(() =>
        {
            try
            {
                ProcessStartInfo info = new(binary, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
                OrphanWatch.Prepare(info);
                Process process = Process.Start(info)!;
                OrphanWatch.Add(process.Id);
                process.OutputDataReceived += (_, line) => log.Add(line.Data);
                process.ErrorDataReceived += (_, line) => log.Add(line.Data);
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                started.SetResult(process);
                parentMayEnd.Wait();
            }
            catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or ArgumentException or InvalidOperationException)
            {
                started.TrySetException(new EnvoyFailedException($"{binary} did not start: {failure.Message}", log.ToString()));
            }
        })
        { IsBackground = true, Name = "envoy" };
        parent.Start();
        return started.Task;
    }

    private async Task WaitUntilReady(string adminFile, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(StartLimit, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            Admin = await AdminAddress(adminFile, either.Token);
            using EnvoyAdmin admin = new(Admin);
            while (await admin.ReadyStatus(either.Token) is not HttpStatusCode.OK)
                await Pause(either.Token);
            Listeners = await admin.Listeners(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EnvoyFailedException($"Envoy was not ready within {StartLimit.TotalSeconds:0} s", Log);
        }
    }

    private async Task<EnvoyAddress> AdminAddress(string adminFile, CancellationToken cancellationToken)
    {
        EnvoyAddress address;
        while (!File.Exists(adminFile) || !EnvoyAddress.TryParse(await File.ReadAllTextAsync(adminFile, cancellationToken), out address))
            await Pause(cancellationToken);
        return address;
    }

    private async Task Pause(CancellationToken cancellationToken)
    {
        if (_process.HasExited)
        {
            // Waits for the last lines, which say why.
            await _process.WaitForExitAsync(cancellationToken);
            throw new EnvoyFailedException($"Envoy ended with exit code {_process.ExitCode}", Log);
        }

        await Task.Delay(PollInterval, _time, cancellationToken);
    }
}

/// <summary>What an Envoy is started with.</summary>
/// <param name="Binary">The executable.</param>
/// <param name="Bootstrap">Its configuration, from <see cref="EnvoyConfigGenerator"/>.</param>
/// <param name="Directory">Where the configuration is written; made when it is missing.</param>
/// <param name="LogLevel">Envoy's level. Default: <c>warning</c>.</param>
/// <param name="Concurrency">Worker threads. Default: 1.</param>
public sealed record EnvoyStart(string Binary, string Bootstrap, string Directory, string LogLevel = "warning", int Concurrency = 1);
