using Loop.TruthBench.Bugs;

namespace Loop.TruthBench.Stack;

/// <summary>
/// The folder of one run. Programs, rows and sandbox files are copied into it and Loop is told of nothing else: what the verdicts should be
/// stands in a file of the repository that is not among them.
/// </summary>
internal sealed class Workplace(string root, TruthSources sources)
{
    public string Root => root;

    public string Logs => Path.Combine(root, "logs");

    public string Data => Path.Combine(root, "data");

    /// <summary>Folder of a language's service: its program, builds, rows and sandbox files.</summary>
    public string Of(string language) => Path.Combine(root, language);

    /// <summary>Puts the entry and the languages' services in place.</summary>
    public async Task Install(IEnumerable<Bug> bugs, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Logs);
        foreach (IGrouping<string, Bug> language in bugs.GroupBy(bug => bug.Language))
        {
            string folder = Of(language.Key);
            Directory.CreateDirectory(folder);
            await Language.Of(language.Key).Install(sources.Folder, folder, cancellationToken);
            string entry = Path.Combine(folder, "front.mjs");
            if (!File.Exists(entry))
                File.Copy(Path.Combine(sources.Folder, "node", "front.mjs"), entry);
            foreach (Bug bug in language.Where(bug => bug.Seed is not null))
                File.Copy(sources.Seed(bug.Seed!), Path.Combine(folder, bug.Seed!));
        }
    }
}
