using System.Runtime.CompilerServices;

namespace Loop.Hosting.Tests.Reference;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Document(string path) => File.ReadAllText(Path.Combine(Root(), path));

    private static string Root([CallerFilePath] string here = "")
    {
        string? folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Loop.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests run outside of their checkout.");
    }
}
