using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Mesh;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Core.Planning;

/// <summary>What a person chose for a replay in a sandbox.</summary>
public sealed record SandboxChoice
{
    /// <summary>The plan.</summary>
    public required ReplayPlan Plan { get; init; }

    /// <summary>Services that run; all others are answered from the recording.</summary>
    public required IReadOnlySet<string> LiveServices { get; init; }

    /// <summary>The hop that <c>--judge</c> or an assertion names; null judges the origin.</summary>
    public PlannedCall? Named { get; init; }

    /// <summary>The asserted wrong value; null without one.</summary>
    public AssertionTarget? Assertion { get; init; }

    /// <summary>Faults and edits; with some, the answer of the entry, or of the named hop, is held against the recorded one.</summary>
    public WhatIfPlan WhatIf { get; init; } = WhatIfPlan.None;

    /// <summary>True when the agent ends calls at the recorded time, as the proxy did.</summary>
    public bool PlaysTimeouts { get; init; }

    /// <summary>The hop that is judged; null when nothing failed and nobody named one.</summary>
    public PlannedCall? Judged => Named ?? Plan.Origin;

    /// <summary>A hop by its number, its id or its name; null when there is none, or more than one.</summary>
    public static PlannedCall? Find(ReplayPlan plan, string name)
    {
        List<PlannedCall> found = [.. plan.Calls.Prepend(plan.Entry).Where(call =>
            call.Hop.Id == name || call.Label == name || call.Hop.Number.ToString(CultureInfo.InvariantCulture) == name)];
        if (found.Count == 0)
            found = [.. plan.Calls.Prepend(plan.Entry).Where(call => call.Hop.Destination == name)];
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>True when a proxy ended the exchange at a time limit that the agent plays.</summary>
    public bool PlaysTimeoutOf(Exchange exchange) => PlaysTimeouts && ProxyParts.IsTimeLimit(exchange);
}
