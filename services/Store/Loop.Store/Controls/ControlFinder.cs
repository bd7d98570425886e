using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Loop.Store.Nodes;
using Microsoft.Extensions.Options;

namespace Loop.Store.Controls;

/// <summary>What a search for a control came to.</summary>
/// <param name="Healthy">A conversation that somebody had kept and that will do; null when there is none.</param>
/// <param name="IsBeingCollected">True when one is kept now: it is judged when it is sealed.</param>
/// <param name="SilentNodes">Nodes that did not answer.</param>
public sealed record FoundControl(ConversationId? Healthy, bool IsBeingCollected, int SilentNodes);

/// <summary>Asks the nodes for healthy requests of a route and keeps the newest whose conversation did not fail elsewhere.</summary>
public sealed class ControlFinder(
    INodeCommands nodes, PendingKeeps keeps, ConversationAssigner assigner, IGrainFactory grains, IOptions<ConversationOptions> options, TimeProvider time)
{
    private const int CandidatesPerNode = 8;
    private const int TriesPerSearch = 4;

    /// <summary>Finds one, and begins to keep it.</summary>
    public async Task<FoundControl> Find(ControlWanted wanted, CancellationToken cancellationToken)
    {
        string route = wanted.Route.ToString();
        NodeSearch found = await nodes.FindHealthy(wanted.Route, CandidatesPerNode, options.Value.AnswerTimeout, cancellationToken);
        foreach (FoundExchange candidate in found.Exchanges.Where(candidate => !candidate.Keys.Intersect(wanted.Keys).Any()).Take(TriesPerSearch))
        {
            if (await assigner.Existing(candidate.Keys, cancellationToken) is not { } existing)
            {
                var mark = new ControlMark(wanted.For, route);
                var trigger = new Trigger(Trigger.ControlRule, $"healthy, kept beside {wanted.For}", null, candidate.Keys, time.GetUtcNow()) { Control = mark };
                if ((await keeps.Keep(trigger, cancellationToken)).Id is not null)
                    return new FoundControl(null, IsBeingCollected: true, found.Silent.Count);
            }
            else if (await grains.GetGrain<IConversationIntake>(existing.Value).IsHealthyOf(route))
            {
                // A person had kept it.
                return new FoundControl(existing, IsBeingCollected: false, found.Silent.Count);
            }
        }

        return new FoundControl(null, IsBeingCollected: false, found.Silent.Count);
    }
}
