using Loop.Replayer.Agent.Clock;
using Loop.Replayer.Agent.Launch;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>One live service: started inside its namespaces, watched until it is ready, ended.</summary>
internal sealed class ServiceProcess(
    AgentPlan plan, SandboxService service, SandboxNetworks networks, Launches launches, ClockProbe clock, Action<SandboxObservation> observe, TimeProvider time)
{
    private const int Terminate = 15, Kill = 9;
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);
    private ChildProcess? _process;
    private Task _life = Task.CompletedTask;
    private volatile bool _isStopping;

    /// <summary>Starts and returns; what happens is observed.</summary>
    public void Start(CancellationToken cancellationToken) => _life = Live(cancellationToken);

    /// <summary>Returns when the process has ended and everything about it has been observed.</summary>
    public async Task Stop(TimeSpan limit)
    {
        _isStopping = true;
        if (_process is not { } process)
            return;
        if (ProcessTable.Catches(process.Id, Terminate))
        {
            process.Signal(Terminate);
            await EndsWithin(process, limit);
        }

        // The first process of a namespace takes all others of it along.
        process.Signal(Kill);
        await EndsWithin(process, KillLimit);
        if (process.Exited.IsCompleted)
            await _life;
    }

    private async Task Live(CancellationToken cancellationToken)
    {
        bool wasReady = false;
        try
        {
            if (!plan.IsSealed && ListeningPorts.Of(Environment.ProcessId).Any(endpoint => endpoint.Port == service.Port))
                throw new SandboxException($"port {service.Port} is taken on this machine, and without network namespaces there is no other.");
            _process = await launches.Start(service.Name, service.Name, launches.ForService(service, service.Name));
            SandboxFailure? failure = await new ReadinessWatch(plan.Plan, service, networks, time).Await(_process, cancellationToken)
                ?? (_process.Exited.IsCompleted ? FailureOfExit(await _process.Exited) : null);
            if (_isStopping)
                return;
            wasReady = failure is null;
            observe(failure is null ? new ServiceReady(service.Name) : new ServiceFailed(failure));
            if (wasReady)
                clock.Begin(service, _process.Id);
            int exitCode = await _process.Exited;
            if (wasReady)
                observe(new ServiceExited(service.Name, exitCode, _isStopping));
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            observe(new ServiceFailed(new SandboxFailure(SandboxFailureKind.NotSealed, service.Name, $"{service.Name} could not be started: {error.Message}")));
        }
        catch (OperationCanceledException)
        {
            // The sandbox ends.
        }
    }

    private SandboxFailure FailureOfExit(int exitCode)
    {
        string launchFailure = StateFiles.LaunchFailure(plan.StateFolder, service.Name);
        string reason = File.Exists(launchFailure) ? File.ReadAllText(launchFailure) : "";
        if (reason.Length > 0 && exitCode is Launcher.CommandMissing)
            return new SandboxFailure(SandboxFailureKind.CommandMissing, service.Name, $"{service.Name}: {reason}. Only programs of the system, the work folder and the service's declared folders exist there.");
        if (reason.Length > 0)
            return new SandboxFailure(SandboxFailureKind.NotSealed, service.Name, $"{service.Name} was not started because the sandbox around it could not be sealed: {reason}");
        string how = exitCode > 128 ? $"was ended by signal {exitCode - 128}" : $"ended with exit code {exitCode}";
        string hint = exitCode == 0 ? " A service must stay in the foreground: a program that puts itself into the background ends here." : FoundPortTaken() ? Taken() : "";
        return new SandboxFailure(SandboxFailureKind.Exited, service.Name, $"{service.Name} {how} before it listened on port {service.Port}; its log says why.{hint}");
    }

    // As strerror and Node.js say it.
    private bool FoundPortTaken()
    {
        string log = File.ReadAllText(StateFiles.Log(plan.StateFolder, service.Name));
        return log.Contains("address already in use", StringComparison.OrdinalIgnoreCase) || log.Contains("EADDRINUSE", StringComparison.Ordinal);
    }

    private string Taken()
    {
        string[] taken = [.. networks.TakenBesides(service).Select(endpoint => endpoint.ToString()).Order(StringComparer.Ordinal)];
        return taken.Length == 0 ? " A port that it opens is taken by another process of its own." : $" A port that it opens is taken: beside it listen {string.Join(", ", taken)}, which the recording, a dependency or background: names.";
    }

    private async Task EndsWithin(ChildProcess process, TimeSpan limit)
    {
        try
        {
            await process.Exited.WaitAsync(limit, time);
        }
        catch (TimeoutException)
        {
            // The caller goes one step further.
        }
    }
}
