using System.Text.RegularExpressions;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>What a plan must keep to; all faults are told together.</summary>
internal static partial class SandboxPlanRules
{
    public static void Check(SandboxPlan plan, bool isSealed)
    {
        string[] faults = [.. Faults(plan), .. StateRules.Faults(plan), .. isSealed ? [] : UnsealedFaults(plan)];
        if (faults.Length > 0)
            throw new SandboxException(string.Join(" ", faults));
    }

    /// <summary>Whether a service or a dependency may be called so: the name is part of file names and a host name.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    private static IEnumerable<string> Faults(SandboxPlan plan)
    {
        if (plan.Clock.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            yield return $"The time zone '{zone}' is not known on this machine: correct it, or install tzdata. A service would see UTC.";
        if (plan.Clock.Mode is not ClockMode.Real && plan.Clock.Start.Year is < 1990 or > 2200)
            yield return $"A clock cannot start at {plan.Clock.Start:O}: it must be a time from 1990 to 2200.";
        foreach (string name in plan.Services.GroupBy(service => service.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key))
            yield return $"Two services are called {name}.";
        foreach (SandboxService service in plan.Services)
        {
            if (!IsName(service.Name))
                yield return $"'{service.Name}' is no service name: lower-case letters, digits, '-' and '.', at most 63 characters.";
            if (service.Command.Count == 0 || service.Command[0].Length == 0)
                yield return $"{service.Name} has no command.";
            if (service.Port is < 1 or > 65535)
                yield return $"{service.Name} has no port between 1 and 65535.";
            foreach (string folder in service.Folders.Append(service.WorkFolder).Where(folder => !Directory.Exists(folder) || folder != Path.GetFullPath(folder) || folder == "/"))
                yield return $"'{folder}' of {service.Name} is no existing folder with an absolute, plain path.";
            foreach (string file in service.Files.Keys.Where(file => file != Path.GetFullPath(file)))
                yield return $"The file '{file}' of {service.Name} has no absolute, plain path.";
        }
    }

    private static IEnumerable<string> UnsealedFaults(SandboxPlan plan)
    {
        foreach (IGrouping<int, string> taken in Listeners(plan).GroupBy(listener => listener.Port, listener => listener.Name).Where(group => group.Count() > 1))
            yield return $"{string.Join(" and ", taken)} listen on port {taken.Key}: without network namespaces only one of them can.";
        foreach (SandboxService service in plan.Services.Where(service => service.Files.Count > 0))
            yield return $"{service.Name} has files of its own: without a mount namespace they cannot be shown to it.";
    }

    private static IEnumerable<(string Name, int Port)> Listeners(SandboxPlan plan) =>
        plan.Services.Select(service => (service.Name, service.Port)).Concat(plan.Dependencies.Where(DependencyAddress.IsLoopback).Select(dependency => (dependency.Name, dependency.Port)));

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Name();
}
