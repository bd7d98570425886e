using System.Security.Cryptography;
using System.Text;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>Names the build of each live service: what the file declares, else the hash of what is started.</summary>
internal static class BuildNames
{
    /// <summary>Live service → build.</summary>
    /// <param name="services">Live services.</param>
    /// <param name="folder">Folder that paths are relative to.</param>
    /// <param name="revision">Git revision of all builds that the file names by hand; null leaves them as they are named.</param>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<SandboxService> services, string folder, string? revision = null) =>
        services.ToDictionary(service => service.Name, service => Of(service, folder, revision));

    private static string Of(SandboxService service, string folder, string? revision) => service.Build switch
    {
        { Kind: BuildKind.Git or BuildKind.Image } when revision is not null => $"git:{revision}",
        { Kind: BuildKind.File } build => $"file:{FileHash(Path.GetFullPath(build.Value, folder))}",
        { Kind: BuildKind.Image } build => $"image:{build.Value}",
        { } build => $"git:{build.Value}",
        null => $"started:{CommandHash(service, folder)}",
    };

    // The words of the command, and the content of those that are files; an apphost of .NET is the same for all builds, its assembly lies beside it.
    private static string CommandHash(SandboxService service, string folder)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string workFolder = Path.GetFullPath(service.WorkFolder, folder);
        foreach (string word in service.Command?.Words ?? [])
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{word.Length}:{word}"));
            string path = Path.GetFullPath(word.Length == 0 ? "." : word, workFolder);
            foreach (string file in new[] { path, path + ".dll" }.Where(File.Exists))
                hash.AppendData(Encoding.UTF8.GetBytes(FileHash(file)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string FileHash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
