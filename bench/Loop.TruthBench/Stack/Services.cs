using System.Globalization;
using Loop.Samples.Demo.Processes;

namespace Loop.TruthBench.Stack;

/// <summary>The entry and the services with bugs, as processes: one for each language, all its bugs in it.</summary>
internal static class Services
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    public const string Front = "front";

    public static readonly IReadOnlyList<string> FrontCommand = ["node", "front.mjs"];

    /// <summary>Starts those that have a port.</summary>
    public static async Task Start(Owned owned, Workplace place, ServicesPlan plan, TimeProvider time, CancellationToken cancellationToken)
    {
        List<Task> ready = [];
        if (plan.Ports.ContainsKey(Front))
            ready.Add(Start(owned, Front, place.Of(plan.Languages[0]), FrontCommand, plan.Environment(Front), plan, place.Logs, time, cancellationToken));
        foreach (string language in plan.Languages)
        {
            Language known = Language.Of(language);
            string folder = place.Of(language);
            Dictionary<string, string> environment = new(plan.Environment($"{language}-core"));
            foreach ((string name, string value) in known.Environment)
                environment[name] = value;
            ready.Add(Start(owned, $"{language}-core", folder, known.Command("./"), environment, plan, place.Logs, time, cancellationToken));
        }

        await Task.WhenAll(ready);
    }

    private static Task Start(
        Owned owned, string name, string folder, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, ServicesPlan plan, string logs, TimeProvider time, CancellationToken cancellationToken)
    {
        string[] words = ["-C", folder, .. environment.Select(entry => $"{entry.Key}={entry.Value}"), .. command];
        return owned.Add(ChildProcess.Start(name + plan.LogSuffix, "env", words, logs, time)).WaitForPortAsync(plan.Ports[name], StartLimit, cancellationToken);
    }
}

/// <summary>What is the same for all bugs where they are recorded, and where a replay does as it was there.</summary>
internal static class Production
{
    public const string TimeZone = "Europe/Berlin";

    public const string Locale = "C.UTF-8";
}

/// <summary>Where everything of a stack is.</summary>
internal sealed record ServicesPlan
{
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Service → the port that it listens on itself.</summary>
    public required IReadOnlyDictionary<string, int> Ports { get; init; }

    /// <summary>Service → the proxy that it calls through, by its port.</summary>
    public required IReadOnlyDictionary<string, int> Outbound { get; init; }

    public required string Postgres { get; init; }

    public required string Redis { get; init; }

    /// <summary>True when a header may choose the build: the bench checks itself.</summary>
    public bool MaySwitch { get; init; }

    public string LogSuffix { get; init; } = "";

    public IReadOnlyDictionary<string, string> Environment(string service) => new Dictionary<string, string>
    {
        ["TRUTH_PORT"] = Ports[service].ToString(CultureInfo.InvariantCulture),
        ["TRUTH_OUTBOUND"] = $"127.0.0.1:{Outbound[service].ToString(CultureInfo.InvariantCulture)}",
        ["TRUTH_POSTGRES"] = Postgres,
        ["TRUTH_REDIS"] = Redis,
        ["TRUTH_BUILD"] = "production.json",
        ["TRUTH_SWITCH"] = MaySwitch ? "1" : "0",
        ["TZ"] = Production.TimeZone,
    };
}
