using System.Net.Sockets;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>
/// PostgreSQL. Nothing is written for good, since nothing outlives the sandbox, and nothing happens by itself: statistics that a background process takes
/// at some moment can change a query's plan between two runs. Every password is right, and there is no TLS.
/// </summary>
internal sealed class PostgresServer(DependencyPlan plan, int port, string programs) : DependencyServer(plan, port, programs)
{
    private const string Superuser = "postgres", OwnDatabase = "postgres";
    private const int TarMagicOffset = 257;

    // The server takes the place of the shell: one launch for both programs.
    private const string InitialiseAndServe = "initdb=$1; shift; \"$initdb\" -D server -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions && exec \"$@\"";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Command =>
    [
        "/bin/sh", "-c", InitialiseAndServe, "sh", Program("initdb"),
        Program("postgres"), "-D", "server", "-p", PortText, .. Settings.SelectMany(setting => new[] { "-c", setting }),
    ];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string> { ["TZ"] = "UTC", ["LANG"] = "C.UTF-8" };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ClientVariables => new Dictionary<string, string>
    {
        ["PGHOST"] = "127.0.0.1",
        ["PGPORT"] = PortText,
        ["PGUSER"] = User,
        ["PGDATABASE"] = Database,
    };

    // SIGQUIT: "immediate shutdown".
    /// <inheritdoc/>
    public override int EndSignal => 3;

    private static string[] Settings =>
    [
        "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB",
    ];

    private string User => Plan.User ?? Superuser;

    // As libpq does: a client that names no database means the one named like its user.
    private string Database => Plan.Database ?? Plan.User ?? OwnDatabase;

    /// <inheritdoc/>
    public override async Task<bool> Prepare(Socket connection, CancellationToken cancellationToken)
    {
        await using NetworkStream stream = new(connection, ownsSocket: false);
        if (await PostgresSession.Open(stream, Superuser, OwnDatabase, cancellationToken) is not { } session)
            return false;
        if (User != Superuser)
            await session.Execute($"CREATE ROLE {Quoted(User)} LOGIN", cancellationToken);
        if (Database != OwnDatabase)
            await session.Execute($"CREATE DATABASE {Quoted(Database)} OWNER {Quoted(User)}", cancellationToken);
        else if (User != Superuser)
            await session.Execute($"ALTER DATABASE {Quoted(Database)} OWNER TO {Quoted(User)}", cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Loader(string? dumpFile)
    {
        string[] target = ["-h", "127.0.0.1", "-p", PortText, "-U", User, "-d", Database];
        // Owners and grants of the recorded machine name users that do not exist here.
        return dumpFile is not null && IsArchive(dumpFile)
            ? [Program("pg_restore"), "--exit-on-error", "--no-owner", "--no-privileges", .. target]
            : [Program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", .. target, "-f", "-"];
    }

    // pg_dump's custom format begins with its name; its tar format is a tar archive.
    private static bool IsArchive(string file)
    {
        byte[] start = Start(file, TarMagicOffset + 5);
        return start.AsSpan().StartsWith("PGDMP"u8) || start.AsSpan().EndsWith("ustar"u8);
    }

    private static string Quoted(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
