using System.Reflection;
using Loop.Contracts.Api;
using Loop.Store.Conversations;
using Loop.Store.Core.ReadModels;
using Loop.Store.Nodes;
using Loop.Store.Recovery;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>Health of everything.</summary>
internal static class StatusEndpoint
{
    private static readonly string Version = typeof(StatusEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static async Task<IResult> Status(
        IConversationIndex index, NodeRegistry registry, CoherenceTotals totals, StoreInstruments instruments, StoreReadiness readiness, CancellationToken cancellationToken)
    {
        IReadOnlyList<NodeStatusView> nodes = registry.Statuses();
        (long conversations, long open) = await index.Count(cancellationToken);
        (long expected, long present) = totals.Sums;
        List<string> problems = [.. readiness.Problems];
        if (!readiness.IsReady)
            problems.Add("The store is starting: it catches its index up. Ask again.");
        if (!nodes.Any(node => node.Connected))
            problems.Add("No capture node is connected: nothing is captured. Start one (loopd --roles capture) or look at its log.");
        problems.AddRange(nodes.Where(node => !node.Connected).Select(node => $"Capture node {node.Node} is not connected since {node.LastSeenAt:u}. Look whether its process runs and reaches this store."));
        if (instruments.RefusedTriggers > 0)
            problems.Add($"{instruments.RefusedTriggers} triggers were refused by the cap per minute ({ConversationOptions.SectionName}:KeptPerMinute).");
        bool ready = readiness.IsReady && readiness.IsWritable && nodes.Any(node => node.Connected);
        var store = new StoreStatusView(conversations, open, instruments.RefusedTriggers, expected, present);
        return Results.Json(new SystemStatus(ready, Version, nodes, store, problems), ApiJson.Options);
    }
}
