using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Loop.Store.Nodes;

/// <summary>Notices answers that do not come and tells the conversations, which wait for them.</summary>
public sealed class LinkWatchdog(
    IGrainFactory grains, IOptions<ConversationOptions> options, IHostApplicationLifetime lifetime, NodeLinkTelemetry telemetry, TimeProvider time)
{
    private const int ChecksPerTimeout = 8;

    /// <summary>Runs until the link ends. What the node was asked when it connected, its conversations wait for.</summary>
    public async Task Run(NodeSession session, CancellationToken cancellationToken)
    {
        TimeSpan timeout = options.Value.AnswerTimeout;

        // A link has no end of its own: without this a stopping server would wait for it.
        using CancellationTokenRegistration stopping = lifetime.ApplicationStopping.Register(() => session.Abort("the store stops"));
        foreach (string watchId in session.Owed.Where(watchId => ConversationId.TryParse(watchId, out _)))
            await grains.GetGrain<IConversationIntake>(watchId).Asked(session.Node);
        using var timer = new PeriodicTimer(timeout / ChecksPerTimeout, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
            await TellLost(session.Node, session.TakeOverdue(timeout), $"it did not answer within {timeout.TotalSeconds:0.###} s");
    }

    /// <summary>Tells conversations that a node is lost to them; those that it owes nothing ignore it. A store that stops loses no node: it asks again at its next start.</summary>
    public async Task TellLost(string node, IReadOnlyList<string> watches, string why)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return;
        foreach (string watchId in watches)
        {
            if (!ConversationId.TryParse(watchId, out _))
                continue;
            try
            {
                await grains.GetGrain<IConversationGrain>(watchId).NodeLost(node, why);
            }
            catch (Exception exception)
            {
                // One conversation that cannot be written must not keep the others from hearing it.
                telemetry.LossNotTold(watchId, node, exception);
            }
        }
    }
}
