using System.Globalization;
using System.Net.Sockets;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>How one kind of server is started, asked and filled. It works in its own data folder, which is empty at the start.</summary>
internal abstract class DependencyServer(DependencyPlan plan, int port, string programs)
{
    /// <summary>What runs in the data folder until the sandbox ends.</summary>
    public abstract IReadOnlyList<string> Command { get; }

    /// <summary>What the server and its tools find in their environment, under what the plan adds.</summary>
    public abstract IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>What a command that fills the server is told in its environment.</summary>
    public abstract IReadOnlyDictionary<string, string> ClientVariables { get; }

    /// <summary>Asks the server to end without saving anything.</summary>
    public abstract int EndSignal { get; }

    protected DependencyPlan Plan => plan;

    protected int Port => port;

    protected string PortText => port.ToString(CultureInfo.InvariantCulture);

    public static DependencyServer Of(DependencyPlan plan, int port, string programs) =>
        plan.Kind is ServerKind.Postgresql ? new PostgresServer(plan, port, programs) : new RedisServer(plan, port, programs);

    /// <summary>True when the server answers and its user and database are there; false when it is not yet ready.</summary>
    /// <exception cref="DependencyRefusedException">The server will not have them.</exception>
    public abstract Task<bool> Prepare(Socket connection, CancellationToken cancellationToken);

    /// <summary>The tool that reads statements or this dump from its standard input.</summary>
    public abstract IReadOnlyList<string> Loader(string? dumpFile);

    /// <summary>The name under which the server itself loads this dump from its data folder when it starts; null when it does not.</summary>
    public virtual string? NameAtStart(string dumpFile) => null;

    protected string Program(string name) => Path.Combine(programs, name);

    /// <summary>The first bytes of a file; fewer when it is shorter.</summary>
    protected static byte[] Start(string file, int bytes)
    {
        using FileStream stream = File.OpenRead(file);
        byte[] start = new byte[bytes];
        int length = stream.ReadAtLeast(start, bytes, throwOnEndOfStream: false);
        return start[..length];
    }
}
