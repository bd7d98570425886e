using Loop.Replayer.Agent.Hosting;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>The dependencies of one sandbox.</summary>
internal sealed class DependencyProcesses(AgentPlan plan, SandboxNetworks networks, Launches launches, StateTools tools, Action<SandboxObservation> observe, TimeProvider time)
{
    private readonly DependencyProcess[] _all =
        [.. plan.Plan.Dependencies.Select(dependency => new DependencyProcess(plan, dependency, networks, launches, tools, observe, time))];

    /// <summary>Starts and fills all at once; returns the first failure in the order of the plan.</summary>
    public async Task<SandboxFailure?> Start(CancellationToken cancellationToken) =>
        (await Task.WhenAll(_all.Select(dependency => dependency.Start(cancellationToken)))).FirstOrDefault(failure => failure is not null);

    /// <summary>Ends all; what they hold is thrown away.</summary>
    public Task Stop() => Task.WhenAll(_all.Select(dependency => dependency.Stop()));
}
