using System.Net.Sockets;
using System.Text;
using Loop.Replayer.Agent.Calls;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>Answers every HTTP request with what the agent knows about the call.</summary>
internal sealed class DescribingCallHandler(CallHandlerContext context) : ICallHandler
{
    public Task Command(string command, CancellationToken cancellationToken)
    {
        if (command is "fail")
            throw new InvalidOperationException("as asked");
        context.Tell($"{command}, {context.Plan.HandlerInput}");
        return Task.CompletedTask;
    }

    public async Task Handle(OutgoingCall call, CancellationToken cancellationToken)
    {
        await HttpText.ReadHead(call.Connection, cancellationToken);
        await call.Connection.SendAsync(HttpText.Answer(200, $"caller={call.Caller} address={call.Destination} host={call.Host ?? "-"}"), SocketFlags.None, cancellationToken);
    }
}
