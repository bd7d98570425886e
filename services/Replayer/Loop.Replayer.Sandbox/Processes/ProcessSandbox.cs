using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>One sandbox of processes, held by its agent.</summary>
internal sealed class ProcessSandbox(string id, string folder, SandboxPlan plan, AgentProcess agent, ProcessSandboxOptions options, TimeProvider time) : ISandbox
{
    private readonly Channel<SandboxObservation> _observations = Channel.CreateUnbounded<SandboxObservation>(new UnboundedChannelOptions { SingleWriter = true, SingleReader = true });
    private readonly TaskCompletionSource<SandboxPrepared> _prepared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SandboxFailure?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _following = Task.CompletedTask;
    private bool _isStopped;

    /// <inheritdoc/>
    public string Id => id;

    /// <inheritdoc/>
    public SandboxEvidence Evidence => options.IsSealed ? SandboxEvidence.Sealed : SandboxEvidence.Unsealed;

    /// <inheritdoc/>
    public string? EvidenceReason => options.UnsealedReason;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Addresses { get; private set; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public ChannelReader<SandboxObservation> Observations => _observations.Reader;

    /// <summary>Waits until the agent has made the place.</summary>
    public async Task AwaitPrepared(CancellationToken cancellationToken)
    {
        _following = Follow();
        try
        {
            Addresses = (await _prepared.Task.WaitAsync(options.PrepareLimit, time, cancellationToken)).Addresses;
        }
        catch (TimeoutException)
        {
            throw new SandboxException($"The sandbox's agent was not ready within {options.PrepareLimit.TotalSeconds:0} s. {AgentWords()}");
        }
    }

    /// <inheritdoc/>
    public async Task<SandboxFailure?> Start(CancellationToken cancellationToken)
    {
        if (plan.Services.Count == 0)
            return null;
        await agent.Send(AgentLine.Start, cancellationToken);
        return await _started.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Stream> Dial(string service, int port, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(StateFiles.DialSocket(folder)), cancellationToken);
            await socket.SendAsync(Encoding.UTF8.GetBytes($"{service} {port}\n"), SocketFlags.None, cancellationToken);
            string answer = await ReadLine(socket, cancellationToken);
            return answer is "ok"
                ? new NetworkStream(socket, ownsSocket: true)
                : throw new SandboxException($"Nothing accepts connections on port {port} of {service}: {answer}.");
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new SandboxException($"The sandbox {id} has ended.", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task Command(string command, CancellationToken cancellationToken) => command.AsSpan().ContainsAny('\n', '\r')
        ? throw new ArgumentException("A command is one line.", nameof(command))
        : agent.Send(AgentLine.Handler + command, cancellationToken);

    /// <inheritdoc/>
    public Stream OpenLog(string name)
    {
        string path = StateFiles.Log(folder, name);
        return File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : Stream.Null;
    }

    /// <inheritdoc/>
    public async Task Stop(CancellationToken cancellationToken)
    {
        if (_isStopped)
            return;
        _isStopped = true;
        await agent.Send(AgentLine.Stop, cancellationToken);
        if (!await agent.Ends(plan.StopLimit + options.AgentStopLimit, time))
        {
            agent.Kill();
            await agent.Ends(options.AgentStopLimit, time);
        }

        await _following;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stop(CancellationToken.None);
        await agent.DisposeAsync();
        ControlGroups.Remove(folder);
        await SandboxFolder.Remove(folder, time);
    }

    private async Task Follow()
    {
        HashSet<string> waiting = [.. plan.Services.Select(service => service.Name)];
        string lost = "The sandbox's agent has ended.";
        try
        {
            await foreach (SandboxObservation observation in agent.Observations.ReadAllAsync())
            {
                _observations.Writer.TryWrite(observation);
                switch (observation)
                {
                    case SandboxPrepared prepared:
                        _prepared.TrySetResult(prepared);
                        break;
                    case SandboxRefused refused:
                        _prepared.TrySetException(new SandboxException(refused.Reason));
                        break;
                    case ServiceReady ready when waiting.Remove(ready.Service) && waiting.Count == 0:
                        _started.TrySetResult(null);
                        break;
                    case ServiceFailed failed:
                        _started.TrySetResult(failed.Failure);
                        break;
                    case ServiceExited exited when waiting.Count > 0:
                        _started.TrySetResult(new SandboxFailure(SandboxFailureKind.Exited, exited.Service, $"{exited.Service} ended with exit code {exited.ExitCode} while others were still starting."));
                        break;
                }
            }
        }
        catch (Exception error)
        {
            lost = $"The sandbox's agent cannot be understood: {error.Message}";
        }

        _prepared.TrySetException(new SandboxException($"{lost} {AgentWords()}"));
        _started.TrySetResult(new SandboxFailure(SandboxFailureKind.AgentLost, "", $"{lost} {AgentWords()}"));
        _observations.Writer.Complete();
        // A waiter that has gone must not leave an unobserved failure behind.
        _ = _prepared.Task.Exception;
    }

    private string AgentWords()
    {
        using FileStream log = new(StateFiles.AgentLog(folder), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(log);
        string words = reader.ReadToEnd().Trim();
        return words.Length == 0 ? "It left no word." : words.Length > 2000 ? words[..2000] : words;
    }

    private static async Task<string> ReadLine(Socket socket, CancellationToken cancellationToken)
    {
        // Byte by byte: what follows the line is the service's.
        List<byte> line = [];
        byte[] next = new byte[1];
        while (await socket.ReceiveAsync(next, SocketFlags.None, cancellationToken) == 1 && next[0] != '\n')
            line.Add(next[0]);
        return Encoding.UTF8.GetString([.. line]);
    }
}
