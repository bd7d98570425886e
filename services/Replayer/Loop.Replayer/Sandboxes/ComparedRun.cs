using Loop.Replayer.Core.Calls;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Reflection;

namespace Loop.Replayer.Sandboxes;

/// <summary>A run after its comparison.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Run">What ran, and what was seen.</param>
/// <param name="Comparison">What differs.</param>
/// <param name="Decision">Its own verdict.</param>
/// <param name="Prepared">How long the place took.</param>
/// <param name="Drove">How long driving took.</param>
/// <param name="Compared">How long comparison took.</param>
/// <param name="RecordSha256">Name of its record in the replay's pack.</param>
/// <param name="Logs">Live service → name of its log in the replay's pack.</param>
internal sealed record ComparedRun(
    int Number, SandboxRun Run, ReplayComparison Comparison, Decision Decision, TimeSpan Prepared, TimeSpan Drove, TimeSpan Compared, string RecordSha256, IReadOnlyDictionary<string, string> Logs)
{
    /// <summary>What live services told about their protobuf types.</summary>
    public IReadOnlyList<ReflectedTypes> Types { get; init; } = [];
}
