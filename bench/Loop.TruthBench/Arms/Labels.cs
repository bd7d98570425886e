using System.Text.Json;
using Loop.Contracts.Replays;
using Loop.TruthBench.Bugs;

namespace Loop.TruthBench.Arms;

/// <summary>Which verdicts are right for an arm, and why. Read from a file that no process of Loop is told of.</summary>
internal sealed record Labels
{
    /// <summary>Arm → label, where it is the same for all bugs.</summary>
    public required IReadOnlyDictionary<string, Label> Arms { get; init; }

    /// <summary>Bug → label of its broken sandbox.</summary>
    public required IReadOnlyDictionary<string, Label> Broken { get; init; }

    /// <summary>Mutated build (<c>buggy+status-503</c>) → label.</summary>
    public required IReadOnlyDictionary<string, Label> Mutants { get; init; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="BenchException">It cannot be read.</exception>
    public static Labels Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Labels>(File.ReadAllText(file), BugCatalogue.Json)!;
        }
        catch (JsonException wrong)
        {
            throw new BenchException($"{file}: {wrong.Message}");
        }
    }

    /// <summary>The label of an arm.</summary>
    /// <exception cref="BenchException">Nobody wrote one.</exception>
    public Label Of(Arm arm)
    {
        (IReadOnlyDictionary<string, Label> labels, string name) = arm.Kind switch
        {
            ArmKind.Broken => (Broken, arm.Bug.Id),
            ArmKind.Mutant => (Mutants, arm.Build.Name),
            _ => (Arms, ArmKinds.Name(arm.Kind)),
        };
        return labels.TryGetValue(name, out Label? label) ? label : throw new BenchException($"the bench is broken: no label for {name} of {arm.Bug.Id}");
    }
}

/// <summary>What is right.</summary>
/// <param name="Allowed">The verdicts that are right.</param>
/// <param name="Why">Why these.</param>
internal sealed record Label(IReadOnlyList<Verdict> Allowed, string Why);
