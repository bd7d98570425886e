using Loop.EnvoyConfig.Running;
using Loop.Samples.Demo.Processes;
using Loop.TruthBench.Bugs;
using Loop.TruthBench.Stack;

namespace Loop.TruthBench.Checking;

/// <summary>Runs the checker over all bugs, in a stack without Loop that ends with it.</summary>
internal sealed class CheckedStack(Workplace place, IReadOnlyList<Bug> bugs, TimeProvider time)
{
    /// <summary>Checks every bug.</summary>
    /// <param name="negativesPerBug">Mutants wanted of each.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="BenchException">The bench is broken.</exception>
    public async Task<IReadOnlyList<CheckedBug>> Run(int negativesPerBug, CancellationToken cancellationToken)
    {
        await using Owned owned = new();
        string[] languages = [.. bugs.Select(bug => bug.Language).Distinct()];
        int[] free = FreePorts.Take(languages.Length + 1);
        Dictionary<string, int> ports = languages.Zip(free).ToDictionary(pair => $"{pair.First}-core", pair => pair.Second);
        HealthyServices healthy = owned.Add(await HealthyServices.Start(free[^1], bugs, time, cancellationToken));
        Rows rows = await Rows.Start(owned, bugs, place, time, cancellationToken);
        ServicesPlan plan = new()
        {
            Languages = languages,
            Ports = ports,
            Outbound = ports.Keys.ToDictionary(name => name, _ => free[^1]),
            Postgres = rows.Postgres,
            Redis = rows.Redis,
            MaySwitch = true,
            LogSuffix = "-checked",
        };
        await Services.Start(owned, place, plan, time, cancellationToken);
        using Checker checker = new(ports, healthy);
        List<CheckedBug> found = [];
        foreach ((Bug bug, int index) in bugs.Select((bug, index) => (bug, index)))
            found.Add(await checker.Check(bug, index, negativesPerBug, cancellationToken));
        return found;
    }
}
