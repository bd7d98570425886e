using System.Globalization;
using Loop.Samples.Demo.Processes;
using Npgsql;

namespace Loop.TruthBench.Stack;

/// <summary>A PostgreSQL of this run's own, with a database <c>truth</c>. It refuses to run as root, so root gives it another user.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly ChildProcess _process;
    private readonly string _data;
    private readonly int _port;

    private PostgresServer(ChildProcess process, string data, int port) => (_process, _data, _port) = (process, data, port);

    public string Address => $"127.0.0.1:{_port}";

    public static async Task<PostgresServer> Start(int port, string logs, TimeProvider time, CancellationToken cancellationToken)
    {
        string programs = Programs();
        string data = Directory.CreateTempSubdirectory("loop-truth-postgres-").FullName;
        string[] user = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env"] : ["env"];
        if (Environment.IsPrivilegedProcess)
            await Command.Run(["chown", "nobody:nogroup", data], cancellationToken);
        await Command.Run([.. user, "-C", data, "HOME=/tmp", Path.Combine(programs, "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], cancellationToken);
        string[] server = [.. user, "-C", data, "HOME=/tmp", Path.Combine(programs, "postgres"), "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"];
        ChildProcess process = ChildProcess.Start("postgres", server[0], server[1..], logs, time);
        PostgresServer started = new(process, data, port);
        await process.WaitUntilAsync("database", started.IsReady, StartLimit, cancellationToken);
        await started.Execute("postgres", "create role truth login", cancellationToken);
        await started.Execute("postgres", "create database truth owner truth", cancellationToken);
        return started;
    }

    /// <summary>Fills it.</summary>
    public Task Seed(string file, CancellationToken cancellationToken) => Execute("truth", File.ReadAllText(file), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    // The database of an owner has the owner's name.
    private async Task Execute(string database, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new($"Host=127.0.0.1;Port={_port};Username={database};Database={database};Pooling=false;SSL Mode=Disable;GSS Encryption Mode=Disable");
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> IsReady(CancellationToken cancellationToken)
    {
        try
        {
            await Execute("postgres", "select 1", cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // The distribution keeps them beside the version, not on PATH.
    private static string Programs() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "postgres"))).Order(StringComparer.Ordinal).LastOrDefault() ?? throw Missing()
            : throw Missing();

    private static BenchException Missing() => new("PostgreSQL is not installed: apt-get install postgresql");
}
