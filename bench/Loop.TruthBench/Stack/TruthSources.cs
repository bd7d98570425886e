namespace Loop.TruthBench.Stack;

/// <summary>Where the programs under test, the rows and the list of bugs lie: <c>bench/truth</c> of the repository.</summary>
internal sealed record TruthSources(string Folder)
{
    public string Bugs => Path.Combine(Folder, "bugs.json");

    public string Labels => Path.Combine(Folder, "labels.json");

    public string Seed(string name) => Path.Combine(Folder, "seeds", name);

    /// <summary>Finds the folder above the running program.</summary>
    /// <exception cref="BenchException">The bench does not run in a checkout.</exception>
    public static TruthSources Find(string? repository)
    {
        for (DirectoryInfo? directory = new(repository ?? AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string folder = Path.Combine(directory.FullName, "bench", "truth");
            if (File.Exists(Path.Combine(folder, "bugs.json")))
                return new TruthSources(folder);
        }

        throw new BenchException("bench/truth is not above the running program: the bench runs in a checkout of the repository");
    }
}
