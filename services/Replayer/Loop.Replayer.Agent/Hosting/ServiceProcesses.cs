using Loop.Replayer.Agent.Clock;
using Loop.Replayer.Agent.Dependencies;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>The live services of one sandbox and what they stand on: first all dependencies, then all state, then the services.</summary>
internal sealed class ServiceProcesses(
    AgentPlan plan, SandboxNetworks networks, Launches launches, DependencyReach reach, ClockProbe clock, Action<SandboxObservation> observe, TimeProvider time) : IDisposable
{
    // A run may be over before a runtime could be asked for its time. Without an answer nothing could be called fixed.
    private static readonly TimeSpan ClockLimit = TimeSpan.FromSeconds(5);

    private readonly List<ServiceProcess> _started = [];
    private readonly CancellationTokenSource _stopping = new();
    private DependencyProcesses? _dependencies;
    private Task _starting = Task.CompletedTask;

    /// <summary>Starts all services at once when all is there that they need; each tells by itself how it goes.</summary>
    public void Start(CancellationToken cancellationToken) => _starting = StartAll(cancellationToken);

    /// <summary>Asks all services to end and kills those that have not after the limit; then their dependencies.</summary>
    public async Task Stop(TimeSpan limit)
    {
        await _stopping.CancelAsync();
        await _starting;
        await clock.End(ClockLimit);
        await Task.WhenAll(_started.Select(process => process.Stop(limit)));
        await (_dependencies?.Stop() ?? Task.CompletedTask);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task StartAll(CancellationToken cancellationToken)
    {
        try
        {
            StateTools tools = new(plan.Plan, launches, time);
            _dependencies = new DependencyProcesses(plan, networks, launches, tools, observe, time);
            SandboxFailure? failure = await _dependencies.Start(_stopping.Token) ?? await new ServiceState(plan.Plan, launches, tools).Make(_stopping.Token);
            if (failure is not null)
            {
                observe(new ServiceFailed(failure));
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The sandbox ends.
            return;
        }

        reach.Begin();
        foreach (SandboxService service in plan.Plan.Services)
        {
            ServiceProcess process = new(plan, service, networks, launches, clock, observe, time);
            _started.Add(process);
            process.Start(cancellationToken);
        }
    }
}
