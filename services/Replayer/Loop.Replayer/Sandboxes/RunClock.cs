using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Engine;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>The time that services of a run are meant to see, and what it explains.</summary>
/// <param name="Mode">As the sandbox file says.</param>
/// <param name="RecordedStart">When the conversation began.</param>
/// <param name="Offset">By how much the run's clock is shifted beyond that; zero unless noise is learned.</param>
internal sealed record RunClock(SandboxClock Mode, DateTimeOffset RecordedStart, TimeSpan Offset)
{
    /// <summary>The clock of a replay's runs.</summary>
    public static RunClock Of(SandboxJob job) => new(job.File.Clock, job.Plan.Conversation.Hops.Min(hop => hop.StartedAt), TimeSpan.Zero);

    /// <summary>What it shows when the run begins.</summary>
    public DateTimeOffset Start => RecordedStart + Offset;

    /// <summary>What services saw when the machine's clock showed a time.</summary>
    public DateTimeOffset Seen(RunRecord record, DateTimeOffset at) => Mode switch
    {
        SandboxClock.Real => at,
        SandboxClock.Frozen => Start,
        _ => Start + record.ClockLead + (at - record.StartedAt),
    };

    /// <summary>Masks the names of both traces, and the times within both runs.</summary>
    public RunMask Mask(SandboxJob job, RunScript script, RunRecord record)
    {
        RunMask mask = RunMask.Over([.. script.Plan.RecordedKeys, .. job.Plan.EntryRequest?.Keys ?? [], .. script.Plan.Names.Values.Concat(script.Plan.SpareNames).SelectMany(names => names.Keys)]);
        DateTimeOffset ended = job.Plan.Conversation.Hops.Max(hop => hop.StartedAt + TimeSpan.FromMilliseconds(hop.DurationMs ?? 0));
        DateTimeOffset last = record.Driven.Select(driven => driven.EndedAt).Concat(record.Calls.Select(call => (DateTimeOffset?)call.EndedAt)).Max() ?? record.StartedAt;
        // What a service prints as now: the shifted time where the clock reached it, the machine's where it did not.
        TimeSpan lasted = last - record.StartedAt;
        return mask.During((RecordedStart, ended), [(record.StartedAt, last), .. Mode is SandboxClock.Real ? Array.Empty<(DateTimeOffset, DateTimeOffset)>() : [(Start, Start + record.ClockLead + lasted)]]);
    }
}
