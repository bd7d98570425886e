using System.Net.Sockets;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Wire;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Connects to a live service, inside its own network.</summary>
internal sealed class LiveConnector(ISandboxNetwork network, LiveCallee callee) : WireConnector
{
    /// <inheritdoc/>
    public override string Name => $"{callee.Service}:{callee.Port}";

    /// <inheritdoc/>
    protected override async ValueTask<Stream> Open(CancellationToken cancellationToken)
    {
        try
        {
            return new NetworkStream(await network.Connect(callee.Service, callee.Port, cancellationToken), ownsSocket: true);
        }
        catch (SocketException error)
        {
            Failure = (AnswerOutcome.ConnectRefused, $"{Name}: {error.Message}");
            throw;
        }
    }
}
