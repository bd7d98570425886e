using Loop.Replayer.Agent.Clock;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>The live services of one sandbox.</summary>
internal sealed class ServiceProcesses(AgentPlan plan, SandboxNetworks networks, ProgramStarter starter, ClockProbe clock, Action<SandboxObservation> observe, TimeProvider time)
{
    private readonly List<ServiceProcess> _started = [];

    /// <summary>Starts all services at once; each tells by itself how it goes.</summary>
    public void Start(CancellationToken cancellationToken)
    {
        foreach (SandboxService service in plan.Plan.Services)
        {
            ServiceProcess process = new(plan, service, networks, starter, clock, observe, time);
            _started.Add(process);
            process.Start(cancellationToken);
        }
    }

    /// <summary>Asks all services to end and kills those that have not after the limit.</summary>
    public async Task Stop(TimeSpan limit)
    {
        await clock.End(limit);
        await Task.WhenAll(_started.Select(process => process.Stop(limit)));
    }
}
