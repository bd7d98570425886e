using System.Globalization;
using System.Net.Sockets;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>Redis, without persistence of its own. An .rdb dump is what it finds when it starts; commands are sent to it.</summary>
internal sealed class RedisServer(DependencyPlan plan, int port, string programs) : DependencyServer(plan, port, programs)
{
    private const string DumpName = "dump.rdb";
    private const int DefaultDatabases = 16;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Command =>
    [
        Program("redis-server"), "--port", PortText, "--bind", "127.0.0.1", "--dir", ".", "--dbfilename", DumpName,
        "--save", "", "--appendonly", "no", "--databases", Math.Max(DefaultDatabases, Database + 1).ToString(CultureInfo.InvariantCulture),
        .. Plan.User is { } user ? new[] { "--user", user, "on", "nopass", "~*", "&*", "+@all" } : [],
    ];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string> { ["TZ"] = "UTC" };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ClientVariables => new Dictionary<string, string> { ["REDIS_HOST"] = "127.0.0.1", ["REDIS_PORT"] = PortText };

    // SIGTERM: ends without a dump, since no save is configured.
    /// <inheritdoc/>
    public override int EndSignal => 15;

    private int Database => Plan.Database is { } number ? int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    /// <inheritdoc/>
    public override async Task<bool> Prepare(Socket connection, CancellationToken cancellationToken)
    {
        await using NetworkStream stream = new(connection, ownsSocket: false);
        await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
        // While a dump is loaded the answer is an error, "-LOADING".
        byte[] answer = new byte[5];
        await stream.ReadExactlyAsync(answer, cancellationToken);
        return answer.AsSpan().SequenceEqual("+PONG"u8);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Loader(string? dumpFile) =>
        [Program("redis-cli"), "-h", "127.0.0.1", "-p", PortText, "-n", Database.ToString(CultureInfo.InvariantCulture), "--pipe"];

    /// <inheritdoc/>
    public override string? NameAtStart(string dumpFile) => Start(dumpFile, 5).AsSpan().SequenceEqual("REDIS"u8) ? DumpName : null;
}
