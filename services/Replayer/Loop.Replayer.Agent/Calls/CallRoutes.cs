using System.Net;
using Loop.Replayer.Agent.Dependencies;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Calls;

/// <summary>Whom an address means: a live service, a dependency, or nobody that runs here.</summary>
internal sealed class CallRoutes(SandboxPlan plan, DependencyPorts ports, DependencyReach reach)
{
    /// <summary>The live service behind a name and port, with the port that it listens on.</summary>
    public LiveCallee? FindLive(string? host, int port)
    {
        if (host is null)
            return null;
        foreach (SandboxService service in plan.Services)
        {
            if (service.Addresses.FirstOrDefault(address => address.CalledPort == port && address.Host.Equals(host, StringComparison.OrdinalIgnoreCase)) is { } address)
                return new LiveCallee(service.Name, address.ListeningPort);
            if (service.Port == port && service.Name.Equals(host, StringComparison.OrdinalIgnoreCase))
                return new LiveCallee(service.Name, port);
        }

        return null;
    }

    /// <summary>The service in whose network a dependency listens, with its port there. Who asks is observed to have reached it.</summary>
    public LiveCallee? ReachDependency(string caller, string? host, IPEndPoint destination)
    {
        foreach (DependencyPlan dependency in plan.Dependencies.Where(dependency => dependency.Port == destination.Port))
        {
            bool isMeant = DependencyAddress.IsLoopback(dependency)
                ? dependency.Service == caller && DependencyAddress.Loopback(dependency).Contains(destination.Address)
                : host is not null ? host.Equals(dependency.Host!.TrimEnd('.'), StringComparison.OrdinalIgnoreCase)
                : IPAddress.TryParse(dependency.Host, out IPAddress? address) && address.Equals(destination.Address);
            if (!isMeant)
                continue;
            reach.Note(caller, dependency.Name);
            return new LiveCallee(dependency.Service, ports.Of(dependency));
        }

        return null;
    }
}
