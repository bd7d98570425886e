using System.Threading.Channels;
using Loop.Contracts.Conversations;
using Loop.Protocols.Capture.V1;
using Loop.Store.Conversations;
using Loop.Store.Recovery;

namespace Loop.Store.Nodes;

/// <summary>Keeps the triggers of a link and acknowledges each when it is durable.</summary>
public sealed class LinkTriggers(ConversationAssigner assigner, StoreReadiness readiness, NodeLinkTelemetry telemetry)
{
    private const int AtOnce = 8;
    private const string Part = "triggers";

    /// <summary>Runs until the queue is complete.</summary>
    public Task Run(NodeSession session, ChannelReader<Triggered> fired, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        fired.ReadAllAsync(cancellationToken),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (message, token) => await Keep(session, message, token));

    private async Task Keep(NodeSession session, Triggered message, CancellationToken cancellationToken)
    {
        try
        {
            Trigger trigger = LinkMessages.Read(message);
            Assignment assignment = await assigner.Keep(trigger, cancellationToken);
            readiness.Succeeded(Part);
            Acknowledge(session, message.TriggerId, assignment.Id?.Value, assignment.RefusedReason);
        }
        catch (InvalidDataException exception)
        {
            // Acknowledged as refused, or it would be repeated for ever.
            telemetry.Malformed(session.Node, exception.Message);
            Acknowledge(session, message.TriggerId, null, exception.Message);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            readiness.Failed(Part, exception);
            telemetry.TriggerFailed(session.Node, exception);
        }
    }

    private static void Acknowledge(NodeSession session, long triggerId, string? conversationId, string? refusedReason) => session.Send(new StoreMessage
    {
        TriggerAcknowledged = new TriggerAcknowledged { TriggerId = triggerId, ConversationId = conversationId ?? "", RefusedReason = refusedReason ?? "" },
    });
}
