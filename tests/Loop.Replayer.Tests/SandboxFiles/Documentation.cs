using System.Runtime.CompilerServices;

namespace Loop.Replayer.Tests.SandboxFiles;

/// <summary>The page about the sandbox file, of the checkout that these tests were built from.</summary>
internal static class Documentation
{
    public static string SchemaPath { get; } = Path.Combine(Folder(), "loop-sandbox.schema.json");

    /// <summary>The only YAML block of the page.</summary>
    public static string Example { get; } = File.ReadAllText(Path.Combine(Folder(), "sandbox-file.md")).Split("```yaml\n")[1].Split("```")[0];

    private static string Folder([CallerFilePath] string here = "")
    {
        string? folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Loop.sln")))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder ?? throw new InvalidOperationException("Loop.sln is not above this source file."), "docs", "reference");
    }
}
