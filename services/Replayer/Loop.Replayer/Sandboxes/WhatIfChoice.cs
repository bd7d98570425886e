using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.WhatIfs;
using Loop.Replayer.Engine;
using Loop.Replayer.Ports;

namespace Loop.Replayer.Sandboxes;

/// <summary>Reads faults and edits against the recording.</summary>
internal static class WhatIfChoice
{
    /// <summary>The choice with them, or why they are refused. With some, the answer of the entry is judged, or of the hop that was named; a value that was called wrong is not.</summary>
    public static async Task<(SandboxChoice? Choice, ReplayRefusal? Refusal)> Read(
        SandboxReplay asked, SandboxChoice choice, LivePlan live, IReadOnlyList<Exchange> exchanges, IRecordings recordings)
    {
        if (asked.Faults.Count + asked.Edits.Count == 0)
            return (choice, null);
        // Faults need no bodies.
        RecordedBodies? bodies = asked.Edits.Count == 0 ? null : await RecordedBodies.Load(recordings, choice.Plan.Conversation.Id, exchanges);
        (WhatIfPlan? plan, WhatIfRefusal? refusal) = WhatIfReader.Read(asked.Faults, asked.Edits, live, choice.Plan.Entry.Hop.Id, part => bodies?.Body(part));
        return plan is null
            ? (null, ReplayRefusal.WhatIf(refusal!))
            : (choice with { WhatIf = plan, Named = asked.Judge is null ? choice.Plan.Entry : choice.Named, Assertion = null }, null);
    }
}
