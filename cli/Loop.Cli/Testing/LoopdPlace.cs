namespace Loop.Cli.Testing;

/// <summary>Finds the server program: in the folder of loopctl, as a release lays both out; in <c>artifacts/bin</c> of the checkout that loopctl was built in; then in PATH.</summary>
internal static class LoopdPlace
{
    private const string Name = "loopd";

    /// <summary>Its path; null when it is nowhere.</summary>
    public static string? Find() => Candidates(AppContext.BaseDirectory, Environment.GetEnvironmentVariable("PATH") ?? "").FirstOrDefault(File.Exists);

    /// <summary>Where it is looked for, in this order.</summary>
    /// <param name="own">Folder of loopctl.</param>
    /// <param name="path">Value of PATH.</param>
    public static IEnumerable<string> Candidates(string own, string path)
    {
        yield return Path.Combine(own, Name);
        for (string? folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(own)); folder is not null; folder = Path.GetDirectoryName(folder))
            yield return Path.Combine(folder, "artifacts", "bin", Name);
        foreach (string folder in path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return Path.Combine(folder, Name);
    }
}
