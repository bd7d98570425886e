using Loop.EnvoyConfig.Running;
using Loop.Samples.Demo.Processes;
using Loop.TruthBench.Bugs;

namespace Loop.TruthBench.Stack;

/// <summary>The servers with rows that some bugs need, filled; none is started that nobody needs.</summary>
/// <param name="Postgres"><c>host:port</c>.</param>
/// <param name="Redis"><c>host:port</c>.</param>
internal sealed record Rows(string Postgres, string Redis)
{
    // Nobody listens there: a service that calls a server that it said not to need fails at once.
    private const string Nowhere = "127.0.0.1:1";

    public static async Task<Rows> Start(Owned owned, IReadOnlyList<Bug> bugs, Workplace place, TimeProvider time, CancellationToken cancellationToken)
    {
        int[] ports = FreePorts.Take(2);
        Rows rows = new(Nowhere, Nowhere);
        if (bugs.Any(bug => bug.Needs is StateKind.Postgresql))
        {
            PostgresServer postgres = owned.Add(await PostgresServer.Start(ports[0], place.Logs, time, cancellationToken));
            foreach (Bug bug in bugs.Where(bug => bug.Needs is StateKind.Postgresql))
                await postgres.Seed(Path.Combine(place.Of(bug.Language), bug.Seed!), cancellationToken);
            rows = rows with { Postgres = postgres.Address };
        }

        if (bugs.Any(bug => bug.Needs is StateKind.Redis))
        {
            RedisServer redis = owned.Add(await RedisServer.Start(ports[1], place.Logs, time, cancellationToken));
            foreach (Bug bug in bugs.Where(bug => bug.Needs is StateKind.Redis))
                await redis.Seed(Path.Combine(place.Of(bug.Language), bug.Seed!), cancellationToken);
            rows = rows with { Redis = redis.Address };
        }

        return rows;
    }

    /// <summary>Writes the rows of each bug with Redis as a dump of its own, which is what a sandbox starts from.</summary>
    public static async Task WriteDumps(IReadOnlyList<Bug> bugs, Workplace place, TimeProvider time, CancellationToken cancellationToken)
    {
        Bug[] needy = [.. bugs.Where(bug => bug.Needs is StateKind.Redis)];
        if (needy.Length == 0)
            return;
        await using RedisServer redis = await RedisServer.Start(FreePorts.Take(), place.Logs, time, cancellationToken);
        foreach (Bug bug in needy)
        {
            string seed = Path.Combine(place.Of(bug.Language), bug.Seed!);
            await redis.Seed(seed, cancellationToken);
            await redis.Dump(Path.ChangeExtension(seed, ".rdb"), cancellationToken);
        }
    }
}
