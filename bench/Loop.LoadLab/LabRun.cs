using System.Reflection;
using System.Text.Json;
using Loop.LoadLab.EnvoyLoad;
using Loop.LoadLab.Ingest;
using Loop.LoadLab.Results;
using Loop.LoadLab.Running;
using Loop.LoadLab.Size;
using Loop.LoadLab.StandIns;

namespace Loop.LoadLab;

/// <summary>Runs scenarios one after another and tells what they found.</summary>
internal sealed class LabRun(string loopd, string? jsonFile, int rounds, double seconds, bool isQuick, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static IReadOnlyList<IScenario> Scenarios { get; } = [new IngestScenario(), new EnvoyScenario(), new SizeScenario(), new StandInsScenario()];

    public async Task Run(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.FirstOrDefault(name => Scenarios.All(scenario => scenario.Name != name)) is { } unknown)
            throw new LabException($"'{unknown}' is no scenario; known are {string.Join(", ", Scenarios.Select(scenario => scenario.Name))}.");
        if (!File.Exists(loopd))
            throw new LabException($"{loopd} does not exist; ./loop bench builds it.");
        var machine = Machine.Describe(Commit(), time);
        Console.WriteLine($"{machine}\n");
        List<LabResult> results = [];
        foreach (IScenario scenario in Scenarios.Where(scenario => names.Count == 0 || names.Contains(scenario.Name)))
        {
            LabContext.Say($"{scenario.Name}: {scenario.Description}");
            LabResult result = await Run(scenario, cancellationToken);
            results.Add(result);
            foreach (LabTable table in result.Tables)
                Console.WriteLine(table);
        }

        Console.WriteLine($"load average after: {Machine.LoadAverage()}");
        if (isQuick)
            Console.WriteLine("--quick: these numbers mean nothing.");
        if (jsonFile is not null)
            await File.WriteAllTextAsync(jsonFile, JsonSerializer.Serialize(new { machine, loadAfter = Machine.LoadAverage(), isQuick, results }, Json), cancellationToken);
    }

    private async Task<LabResult> Run(IScenario scenario, CancellationToken cancellationToken)
    {
        string directory = Directory.CreateTempSubdirectory($"loop-bench-{scenario.Name}-").FullName;
        try
        {
            return await scenario.Run(new LabContext(loopd, directory, rounds, seconds, isQuick, time), cancellationToken);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // The SDK notes the commit in the version when it builds inside a checkout.
    private static string Commit()
    {
        string version = typeof(LabRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? "unknown" : version[(plus + 1)..];
    }
}
