using System.Diagnostics;
using System.Threading.Channels;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>A running agent and its control channel.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Task _errors;
    private readonly Channel<SandboxObservation> _observations = Channel.CreateUnbounded<SandboxObservation>(new UnboundedChannelOptions { SingleWriter = true });

    private AgentProcess(Process process, string log)
    {
        _process = process;
        _reading = ReadObservations();
        _errors = CopyErrors(log);
    }

    public ChannelReader<SandboxObservation> Observations => _observations.Reader;

    public int ProcessId => _process.Id;

    /// <summary>Starts an agent; sealed, in new user, mount and process namespaces, which ordinary users may make too.</summary>
    public static AgentProcess Start(string agentPath, string log, bool isSealed)
    {
        // unshare makes them: .NET has many threads, and only a process with one may enter a new user namespace.
        string[] command = [.. isSealed ? new[] { "unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child=KILL", "--" } : [], agentPath, "run"];
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return new AgentProcess(Process.Start(start) ?? throw new SandboxException($"{command[0]} did not start."), log);
    }

    public async Task Send(string line, CancellationToken cancellationToken)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
            await _process.StandardInput.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            // The agent has ended; its observations have too, which every reader sees.
        }
    }

    /// <summary>Waits for the end; false when it did not come in time.</summary>
    public async Task<bool> Ends(TimeSpan limit, TimeProvider time)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(limit, time);
            await _reading.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Kills unshare, and with it the agent and every process of its namespace.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        await _errors;
        _process.Dispose();
    }

    private async Task ReadObservations()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
                _observations.Writer.TryWrite(AgentLine.Read(line, AgentJson.Default.SandboxObservation));
            _observations.Writer.Complete();
        }
        catch (Exception error)
        {
            _observations.Writer.Complete(error);
        }
    }

    private async Task CopyErrors(string log)
    {
        await using FileStream file = new(log, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        await _process.StandardError.BaseStream.CopyToAsync(file);
    }
}
