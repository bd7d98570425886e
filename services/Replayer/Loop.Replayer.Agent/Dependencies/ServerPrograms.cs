using Loop.Replayer.Agent.Launch;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>Finds the programs of a server. All must lie in one folder: tools and server of two versions do not always understand each other.</summary>
internal static class ServerPrograms
{
    /// <summary>The first folder that holds them all; null when none does.</summary>
    public static string? Find(ServerKind kind, IEnumerable<string> folders) =>
        folders.FirstOrDefault(folder => Names(kind).All(name => File.Exists(Path.Combine(folder, name))));

    /// <summary>How the lack of a server is mended.</summary>
    public static string Missing(ServerKind kind) => kind is ServerKind.Postgresql
        ? $"PostgreSQL is not installed: no folder on the PATH and none below /usr/lib/postgresql holds {string.Join(", ", Names(kind))}. Install the package postgresql (Debian, Ubuntu) or postgresql-server (Fedora)."
        : $"Redis is not installed: no folder on the PATH holds {string.Join(", ", Names(kind))}. Install the package redis-server (Debian, Ubuntu) or redis (Fedora).";

    /// <summary>The folder that a sealed program must be shown beside those of the system; null when it sees the programs anyway.</summary>
    public static string? FolderToShow(string programs) =>
        FileSystemView.Programs.Any(visible => programs == visible || programs.StartsWith(visible + "/", StringComparison.Ordinal))
            ? null
            // What belongs to a server lies beside its folder of programs: lib, share.
            : Path.GetFileName(programs) is "bin" ? Path.GetDirectoryName(programs) : programs;

    private static string[] Names(ServerKind kind) => kind is ServerKind.Postgresql ? ["initdb", "postgres", "psql", "pg_restore"] : ["redis-server", "redis-cli"];
}
