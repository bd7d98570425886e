using Loop.Replayer.Agent.Hosting;
using Loop.Replayer.Agent.Launch;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>Runs the commands that make the state of services: in the service's own place, before any service runs.</summary>
internal sealed class ServiceState(SandboxPlan plan, Launches launches, StateTools tools)
{
    /// <summary>Makes the state of all services at once; returns the first failure in the order of the plan.</summary>
    public async Task<SandboxFailure?> Make(CancellationToken cancellationToken) =>
        (await Task.WhenAll(plan.Services.Select(service => Make(service, cancellationToken)))).FirstOrDefault(failure => failure is not null);

    private async Task<SandboxFailure?> Make(SandboxService service, CancellationToken cancellationToken)
    {
        try
        {
            foreach (StateCommand step in service.State.OfType<StateCommand>())
            {
                LaunchPlan launch = launches.ForService(service, StateTools.KeyOf(service.Name)) with { Command = step.Command };
                if (await tools.Run(service.Name, service.Name, launch, cancellationToken) is { } fault)
                    return Failed(service, fault);
            }

            return null;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Failed(service, error.Message);
        }
    }

    private static SandboxFailure Failed(SandboxService service, string reason) =>
        new(SandboxFailureKind.SeedFailed, service.Name, $"The state of {service.Name} could not be made: {reason}");
}
