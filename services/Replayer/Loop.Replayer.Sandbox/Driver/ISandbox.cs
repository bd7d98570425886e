using System.Threading.Channels;

namespace Loop.Replayer.Sandbox.Driver;

/// <summary>One prepared place. Disposing it ends every process in it and removes its files, logs included.</summary>
public interface ISandbox : IAsyncDisposable
{
    /// <summary>The sandbox's own name, unique on this machine.</summary>
    string Id { get; }

    /// <summary>What a verdict from this sandbox may rely on.</summary>
    SandboxEvidence Evidence { get; }

    /// <summary>Why the evidence is not <see cref="SandboxEvidence.Sealed"/>; null when it is.</summary>
    string? EvidenceReason { get; }

    /// <summary>Host name → the address that services in this sandbox are given for it.</summary>
    IReadOnlyDictionary<string, string> Addresses { get; }

    /// <summary>What the sandbox saw, in order. Has one reader; completes when the sandbox has ended.</summary>
    ChannelReader<SandboxObservation> Observations { get; }

    /// <summary>Starts all dependencies, makes state, then starts all services and waits until each is ready or something failed. The failure is a value: it is the replay's outcome, not a fault of Loop.</summary>
    Task<SandboxFailure?> Start(CancellationToken cancellationToken);

    /// <summary>Opens a connection to a port on which a live service listens: the entry request, or a debugger.</summary>
    /// <exception cref="SandboxException">Nothing in the service accepts connections there.</exception>
    Task<Stream> Dial(string service, int port, CancellationToken cancellationToken);

    /// <summary>Gives the call handler a command, one line in a form of its own. Returns when it is sent; what comes of it is observed.</summary>
    Task Command(string command, CancellationToken cancellationToken);

    /// <summary>
    /// Opens what a service or a dependency has written to its standard output and error so far. It begins with the words of what made its state.
    /// </summary>
    Stream OpenLog(string name);

    /// <summary>Asks the services to end, then ends them. The logs stay until the sandbox is disposed.</summary>
    Task Stop(CancellationToken cancellationToken);
}
