using System.Globalization;
using System.Net;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>What dependencies and steps that make state must keep to.</summary>
internal static class StateRules
{
    // Below the number that kernels reserve for users that cannot be shown.
    private const int HighestUser = 65533;

    public static IEnumerable<string> Faults(SandboxPlan plan)
    {
        foreach (string name in plan.Dependencies.Select(dependency => dependency.Name).Concat(plan.Services.Select(service => service.Name).Distinct()).GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key))
            yield return $"Two dependencies, or a dependency and a service, are called {name}.";
        foreach (string address in plan.Dependencies.SelectMany(Addresses).GroupBy(address => address, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key))
            yield return $"Two dependencies are dialled at {address}.";
        foreach (string fault in plan.Dependencies.SelectMany(dependency => Faults(plan, dependency)))
            yield return fault;
        foreach (SandboxService service in plan.Services)
        {
            if (service.UserId is < 0 or > HighestUser)
                yield return $"The user id {service.UserId} of {service.Name} is not between 0 and {HighestUser}.";
            foreach (StateStep step in service.State)
            {
                if (step is StateStatements or StateDump && DependencyAddress.TargetOf(plan, service, step) is null)
                    yield return $"The state of {service.Name} comes from {(step is StateDump ? "a dump" : "statements")}, but it has not exactly one dependency for them: put the seed at the dependency.";
                foreach (string fault in Faults(service.Name, step))
                    yield return fault;
            }
        }
    }

    private static IEnumerable<string> Faults(SandboxPlan plan, DependencyPlan dependency)
    {
        string name = dependency.Name;
        if (!SandboxPlanRules.IsName(name))
            yield return $"'{name}' is no name of a dependency: lower-case letters, digits, '-' and '.', at most 63 characters.";
        if (dependency.Port is < 1 or > 65535)
            yield return $"{name} has no port between 1 and 65535.";
        if (plan.Services.FirstOrDefault(service => service.Name == dependency.Service) is not { } owner)
            yield return $"{name} belongs to {dependency.Service}, which is no service of the sandbox.";
        else if (owner.Port == dependency.Port && DependencyAddress.IsLoopback(dependency))
            yield return $"{name} is dialled at port {dependency.Port} of {owner.Name}, where {owner.Name} itself listens.";
        if (plan.Services.Any(service => service.Addresses.Any(address => address.CalledPort == dependency.Port && address.Host.Equals(dependency.Host, StringComparison.OrdinalIgnoreCase))))
            yield return $"{dependency.Host}:{dependency.Port} is both the dependency {name} and a live service.";
        if (dependency.Kind is ServerKind.Redis && dependency.Database is { } number && !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            yield return $"The database '{number}' of {name} is no number, as Redis has them.";
        foreach (string word in new[] { dependency.User, dependency.Database }.OfType<string>().Where(word => word.Length == 0 || word.AsSpan().ContainsAny(" \0\r\n\t")))
            yield return $"'{word}' is neither user nor database of {name}: it is empty, or has white space.";
        if (dependency.Seed is { } seed)
        {
            foreach (string fault in Faults(name, seed))
                yield return fault;
        }
    }

    private static IEnumerable<string> Faults(string owner, StateStep step)
    {
        if (step is StateCommand { Command: [] or ["", ..] })
            yield return $"A step that makes the state of {owner} has no command.";
        if (step is StateDump dump && !File.Exists(dump.File))
            yield return Directory.Exists(dump.File)
                ? $"The dump '{dump.File}' of {owner} is a folder: write it as one file (pg_dump --format=custom)."
                : $"The dump '{dump.File}' of {owner} does not exist.";
    }

    private static IEnumerable<string> Addresses(DependencyPlan dependency) => DependencyAddress.IsLoopback(dependency)
        ? DependencyAddress.Loopback(dependency).Select(address => $"{new IPEndPoint(address, dependency.Port)} of {dependency.Service}")
        : [$"{dependency.Host}:{dependency.Port}"];
}
