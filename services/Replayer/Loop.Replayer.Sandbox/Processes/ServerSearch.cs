using System.Globalization;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>Where the programs of dependencies may lie on this machine.</summary>
internal static class ServerSearch
{
    // Debian keeps the versions of PostgreSQL apart, and none of them on the PATH.
    private const string DebianPostgres = "/usr/lib/postgresql";

    public static IReadOnlyList<string> DefaultFolders() =>
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        .. Versions().OrderByDescending(version => version).Select(version => string.Create(CultureInfo.InvariantCulture, $"{DebianPostgres}/{version}/bin")),
    ];

    private static IEnumerable<int> Versions() =>
        from folder in Directory.Exists(DebianPostgres) ? Directory.EnumerateDirectories(DebianPostgres) : []
        let version = int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0
        where version > 0
        select version;
}
