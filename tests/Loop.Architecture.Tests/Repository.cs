using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Loop.Architecture.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Project name → names of the projects that it references. Tests, samples and benchmarks are left out.</summary>
    public static IReadOnlyDictionary<string, string[]> References { get; } = Projects().ToDictionary(
        path => Path.GetFileNameWithoutExtension(path)!, path => Includes(path, "ProjectReference").Select(Path.GetFileNameWithoutExtension).OfType<string>().ToArray());

    /// <summary>Project name → names of the packages and frameworks that it references itself.</summary>
    public static IReadOnlyDictionary<string, string[]> Packages { get; } = Projects().ToDictionary(
        path => Path.GetFileNameWithoutExtension(path)!, path => Includes(path, "PackageReference").Concat(Includes(path, "FrameworkReference")).ToArray());

    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/fixtures/", StringComparison.Ordinal));

    private static IEnumerable<string> Projects() => new[] { "contracts", "services", "cli", "infra" }.SelectMany(folder => Files(folder, "*.csproj"));

    private static IEnumerable<string> Includes(string project, string element) =>
        XDocument.Load(project).Descendants(element).Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        string? folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Loop.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("Loop.sln is not above this source file; run the tests from a checkout.");
    }
}
