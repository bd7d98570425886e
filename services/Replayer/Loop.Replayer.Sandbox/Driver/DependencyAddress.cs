using System.Net;

namespace Loop.Replayer.Sandbox.Driver;

/// <summary>How the host of a dependency is read, the same for rules and for routing.</summary>
public static class DependencyAddress
{
    /// <summary>Whether only its own service can dial it.</summary>
    public static bool IsLoopback(DependencyPlan dependency) => Loopback(dependency).Count > 0;

    /// <summary>The loopback addresses by which its service dials it; empty when the host is another. Clients of "localhost" try either family first.</summary>
    public static IReadOnlyList<IPAddress> Loopback(DependencyPlan dependency)
    {
        if (dependency.Host is null || dependency.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        if (!IPAddress.TryParse(dependency.Host, out IPAddress? address) || !IPAddress.IsLoopback(address))
            return [];
        return address.Equals(IPAddress.Loopback) ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [address];
    }

    /// <summary>The dependency of a service that a step can mean: for statements its only PostgreSQL, else its only dependency. Null when that is not one.</summary>
    public static DependencyPlan? TargetOf(SandboxPlan plan, SandboxService service, StateStep step)
    {
        DependencyPlan[] own = [.. plan.Dependencies.Where(dependency => dependency.Service == service.Name)];
        DependencyPlan[] databases = [.. own.Where(dependency => dependency.Kind is ServerKind.Postgresql)];
        return step switch
        {
            StateStatements when databases is [var only] => only,
            StateStatements or StateDump when own is [var only] => only,
            _ => null,
        };
    }
}
