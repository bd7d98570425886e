using System.Net.Sockets;
using System.Text;
using Loop.Replayer.Agent.Calls;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>Answers every HTTP request with what the agent knows about the call.</summary>
internal sealed class DescribingCallHandler : ICallHandler
{
    public async Task Handle(OutgoingCall call, CancellationToken cancellationToken)
    {
        await HttpText.ReadHead(call.Connection, cancellationToken);
        await call.Connection.SendAsync(HttpText.Answer(200, $"caller={call.Caller} address={call.Destination} host={call.Host ?? "-"}"), SocketFlags.None, cancellationToken);
    }
}
