using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using Loop.EnvoyConfig.Running;

namespace Loop.Samples.Demo.Processes;

/// <summary>A program that the demo started and that it will end; it ends, too, when the demo is killed.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly OutputTail _output = new();
    private readonly TextWriter _file;
    private readonly TimeProvider _time;

    private ChildProcess(string name, Process process, TextWriter file, TimeProvider time) => (Name, _process, _file, _time) = (name, process, file, time);

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <summary>True when it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program; what it writes goes to a file of its name.</summary>
    /// <exception cref="DemoFailedException">It could not be started.</exception>
    public static ChildProcess Start(string name, string program, IEnumerable<string> arguments, string logDirectory, TimeProvider time)
    {
        Directory.CreateDirectory(logDirectory);
        ProcessStartInfo info = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        try
        {
            OrphanWatch.Prepare(info);
            Process process = Process.Start(info)!;
            OrphanWatch.Add(process.Id);
            process.StandardInput.Close();
            TextWriter file = TextWriter.Synchronized(new StreamWriter(Path.Combine(logDirectory, $"{name}.log"), append: true) { AutoFlush = true });
            ChildProcess child = new(name, process, file, time);
            process.OutputDataReceived += child.OnLine;
            process.ErrorDataReceived += child.OnLine;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return child;
        }
        catch (Win32Exception failure)
        {
            throw new DemoFailedException($"{name} could not be started: {program}: {failure.Message}");
        }
    }

    /// <summary>Waits until something takes connections on the port.</summary>
    /// <exception cref="DemoFailedException">It ended, or the time is over; carries its last lines.</exception>
    public Task WaitForPortAsync(int port, TimeSpan limit, CancellationToken cancellationToken) =>
        WaitUntilAsync($"port {port}", _ => IsListening(port, cancellationToken), limit, cancellationToken);

    /// <summary>Asks again and again until the answer is yes.</summary>
    /// <exception cref="DemoFailedException">It ended, or the time is over; carries its last lines.</exception>
    public async Task WaitUntilAsync(string what, Func<CancellationToken, Task<bool>> ask, TimeSpan limit, CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        while (!await ask(cancellationToken))
        {
            if (_process.HasExited)
            {
                // Waits for the last lines, which say why.
                await _process.WaitForExitAsync(cancellationToken);
                throw new DemoFailedException($"{Name} ended with exit code {_process.ExitCode}; its last lines:\n{_output}");
            }

            if (_time.GetElapsedTime(started) > limit)
                throw new DemoFailedException($"{Name} had no {what} within {limit.TotalSeconds:0} s; its last lines:\n{_output}");
            await Task.Delay(PollInterval, _time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Termination.EndAsync(_process, StopLimit, _time);
        OrphanWatch.Drop(_process.Id);
        _process.Dispose();
        await _file.DisposeAsync();
    }

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        _output.Add(line.Data);
        _file.WriteLine(line.Data);
    }

    private static async Task<bool> IsListening(int port, CancellationToken cancellationToken)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
