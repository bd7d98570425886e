namespace Loop.TruthBench.Stack;

/// <summary>How the service of a language is put into its folder, and started there.</summary>
/// <param name="Name">As in the list of bugs.</param>
/// <param name="Command">Words; the argument is the way to the folder, with a slash behind it.</param>
/// <param name="Environment">What its runtime wants beside.</param>
/// <param name="Install">Puts the program into the folder; the first folder is that of the sources.</param>
internal sealed record Language(string Name, Func<string, IReadOnlyList<string>> Command, IReadOnlyDictionary<string, string> Environment, Func<string, string, CancellationToken, Task> Install)
{
    private static readonly Dictionary<string, string> Nothing = [];

    public static IReadOnlyList<Language> All { get; } =
    [
        new("csharp", up => ["dotnet", $"{up}truth-core.dll"], new Dictionary<string, string> { ["DOTNET_TieredCompilation"] = "1", ["DOTNET_EnableDiagnostics"] = "0" }, InstallCsharp),
        // The distribution's own interpreter: another one on PATH need not have the client of PostgreSQL.
        new("python", up => ["/usr/bin/python3", "-B", $"{up}core.py"], Nothing, (sources, folder, _) => Copy(Path.Combine(sources, "python"), folder)),
        new("node", up => ["node", $"{up}core.mjs"], Nothing, (sources, folder, _) => Copy(Path.Combine(sources, "node"), folder)),
        new("go", up => [$"{up}core"], Nothing, BuildGo),
    ];

    /// <exception cref="BenchException">There is no such language.</exception>
    public static Language Of(string name) =>
        All.FirstOrDefault(language => language.Name == name) ?? throw new BenchException($"'{name}' is no language of the bench: {string.Join(", ", All.Select(language => language.Name))}");

    // Built with the bench, it lies beside it.
    private static Task InstallCsharp(string sources, string folder, CancellationToken cancellationToken)
    {
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "truth-core*").Append(Path.Combine(AppContext.BaseDirectory, "Npgsql.dll")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return Task.CompletedTask;
    }

    private static async Task BuildGo(string sources, string folder, CancellationToken cancellationToken)
    {
        // Nothing is fetched: the program uses the standard library alone.
        string[] words = ["env", "-C", Path.Combine(sources, "go"), "GOFLAGS=-mod=mod", "GOPROXY=off", "CGO_ENABLED=0", $"GOCACHE={Cache()}", "go", "build", "-trimpath", "-o", Path.Combine(folder, "core"), "."];
        await Stack.Command.Run(words, cancellationToken);
    }

    private static string Cache() => System.Environment.GetEnvironmentVariable("GOCACHE") is { Length: > 0 } named ? named : Path.Combine(Path.GetTempPath(), "loop-truth-go-cache");

    private static Task Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        return Task.CompletedTask;
    }
}
