using System.Reflection;
using Loop.Contracts.Api;
using Loop.Store.Conversations;
using Loop.Store.Core.ReadModels;
using Loop.Store.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Loop.Store.Api;

/// <summary>Health of everything.</summary>
internal static class StatusEndpoint
{
    private static readonly string Version = typeof(StatusEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static async Task<IResult> Status(
        IConversationIndex index, NodeRegistry registry, CoherenceTotals totals, StoreInstruments instruments, HealthCheckService health, CancellationToken cancellationToken)
    {
        IReadOnlyList<NodeStatusView> nodes = registry.Statuses();
        (long conversations, long open) = await index.Count(cancellationToken);
        (long expected, long present) = totals.Sums;
        // The same checks as /healthz/ready, so that the two never disagree.
        HealthReport report = await health.CheckHealthAsync(cancellationToken);
        List<string> problems = [.. report.Entries.Values.Where(check => check.Status is not HealthStatus.Healthy).Select(check => check.Description ?? check.Exception?.Message ?? "A check failed.")];
        if (!nodes.Any(node => node.Connected))
            problems.Add("No capture node is connected: nothing is captured. Start one (loopd --roles capture) or look at its log.");
        problems.AddRange(nodes.Where(node => !node.Connected).Select(node => $"Capture node {node.Node} is not connected since {node.LastSeenAt:u}. Look whether its process runs and reaches this store."));
        if (instruments.RefusedTriggers > 0)
            problems.Add($"{instruments.RefusedTriggers} triggers were refused by the cap per minute ({ConversationOptions.SectionName}:KeptPerMinute).");
        bool ready = report.Status is not HealthStatus.Unhealthy && nodes.Any(node => node.Connected);
        var store = new StoreStatusView(conversations, open, instruments.RefusedTriggers, expected, present);
        return Results.Json(new SystemStatus(ready, Version, nodes, store, problems), ApiJson.Options);
    }
}
