using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>Waits until a service listens on its port and, when it has a probe, answers it.</summary>
internal sealed class ReadinessWatch(SandboxPlan plan, SandboxService service, SandboxNetworks networks, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);
    private readonly TimeSpan _limit = service.ReadyLimit ?? plan.ReadyLimit;

    /// <summary>Returns null when the service is ready, or when it has ended: the caller knows which.</summary>
    public async Task<SandboxFailure?> Await(ChildProcess process, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        IReadOnlySet<IPEndPoint> own = networks.ForeignEndpoints(service);
        IPEndPoint[] listening = [];
        string? probe = null;
        while (!process.Exited.IsCompleted)
        {
            listening = [.. ListeningPorts.Of(process.Id).Where(endpoint => !own.Contains(endpoint))];
            if (listening.Any(endpoint => endpoint.Port == service.Port))
            {
                if (service.ReadyPath is null)
                    return null;
                probe = await Probe(service.ReadyPath, cancellationToken);
                if (probe is null)
                    return null;
            }

            if (time.GetElapsedTime(start) >= _limit)
                return Late(listening, probe);
            await Task.WhenAny(process.Exited, Task.Delay(Interval, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return null;
    }

    private SandboxFailure Late(IPEndPoint[] listening, string? probe)
    {
        string limit = $"within {_limit.TotalSeconds:0.#} s";
        if (probe is not null)
            return new SandboxFailure(SandboxFailureKind.ProbeFailed, service.Name, $"{service.Name} listens on port {service.Port}, but GET {service.ReadyPath} was not answered well {limit}: {probe}.");
        if (listening.Length == 0)
            return new SandboxFailure(SandboxFailureKind.NotListening, service.Name, $"{service.Name} runs but did not listen on any port {limit}; its log may say what it waits for.");
        string found = string.Join(", ", listening.Select(endpoint => endpoint.ToString()).Distinct());
        return new SandboxFailure(SandboxFailureKind.ListensElsewhere, service.Name, $"{service.Name} did not listen on port {service.Port} {limit}, but on {found}: correct the port in the sandbox file, or the service's own setting.");
    }

    // Null when the answer has the status that it should have. By hand: a probe is one request on one connection, and nothing follows it anywhere.
    private async Task<string?> Probe(string path, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(ProbeLimit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using Socket socket = await networks.Connect(service.Name, service.Port, either.Token);
            byte[] request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {service.Name}\r\nConnection: close\r\n\r\n");
            await socket.SendAsync(request, SocketFlags.None, either.Token);
            byte[] answer = new byte[12];
            int length = 0;
            while (length < answer.Length)
            {
                int count = await socket.ReceiveAsync(answer.AsMemory(length), SocketFlags.None, either.Token);
                if (count == 0)
                    return "the connection ended without an answer";
                length += count;
            }

            string status = Encoding.ASCII.GetString(answer);
            bool isAsWanted = status.StartsWith("HTTP/1.", StringComparison.Ordinal) && int.TryParse(status[9..], out int code) && (service.ReadyStatus is { } wanted ? code == wanted : code < 400);
            return isAsWanted ? null : $"'{status}'{(service.ReadyStatus is { } other ? $" in place of {other}" : "")}";
        }
        catch (SocketException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer in {ProbeLimit.TotalSeconds:0} s";
        }
    }
}
