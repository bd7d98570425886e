using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loop.TruthBench.Bugs;

/// <summary>The bugs of the bench, in the order of their file.</summary>
internal sealed record BugCatalogue(IReadOnlyList<Bug> Bugs)
{
    private const int ThirdEvery = 3;

    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowTrailingCommas = true,
    };

    /// <summary>Reads the file.</summary>
    /// <exception cref="BenchException">It cannot be read.</exception>
    public static BugCatalogue Read(string file)
    {
        try
        {
            return new BugCatalogue(JsonSerializer.Deserialize<List<Bug>>(File.ReadAllText(file), Json)!);
        }
        catch (JsonException wrong)
        {
            throw new BenchException($"{file}: {wrong.Message}");
        }
    }

    /// <summary>Every third bug, always the same ones.</summary>
    public BugCatalogue Third() => new([.. Bugs.Where((_, index) => index % ThirdEvery == 0)]);

    /// <summary>The bugs of the named languages, and the named bugs.</summary>
    /// <exception cref="BenchException">A name names nothing.</exception>
    public BugCatalogue Only(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return this;
        if (names.FirstOrDefault(name => !Bugs.Any(bug => IsNamed(bug, name))) is { } unknown)
            throw new BenchException($"'{unknown}' is no language and no bug; languages: {string.Join(", ", Bugs.Select(bug => bug.Language).Distinct())}; bugs: {string.Join(", ", Bugs.Select(bug => bug.Id))}");
        return new([.. Bugs.Where(bug => names.Any(name => IsNamed(bug, name)))]);
    }

    private static bool IsNamed(Bug bug, string name) => bug.Language == name || bug.Id == name || bug.Name == name;
}
