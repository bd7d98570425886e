using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.Tls;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Core.WhatIfs;
using Loop.Replayer.Credentials;
using Loop.Replayer.Engine;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Tls;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Sandboxes;

/// <summary>
/// Replays the healthy conversation that was kept with a failure, before it: when a request that was healthy fails in this sandbox, the sandbox is broken, and
/// nothing that fails in it says anything.
/// </summary>
internal sealed class ControlRun(IRecordings recordings, SandboxRunner runner, IOptions<ReplayOptions> options, TimeProvider time)
{
    /// <summary>Runs it in a place of its own, made like those of the failure.</summary>
    /// <param name="job">The replay.</param>
    /// <param name="input">What its scripts are made from; the recording is exchanged for the control's.</param>
    /// <param name="driver">Makes the place.</param>
    /// <param name="step">Told of each step as it is taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ControlResult> Run(SandboxJob job, RunInput input, ISandboxDriver driver, Func<string, string, Task> step, CancellationToken cancellationToken)
    {
        if (job.Plan.Conversation.ControlId is not { } id || await recordings.Describe(id) is not { Hops.Count: > 0 } control)
            return ControlResult.NotRun;
        IReadOnlyList<Exchange> exchanges = await recordings.Exchanges(control.Id);
        LivePlan live = LivePlan.Of([.. control.Hops.Where(hop => !KeyAnswers.IsFetch(job.File, hop))], exchanges, job.Live.Live);
        // None of its hops goes to a live service: it would say nothing.
        if (live.Drives.Count == 0)
            return ControlResult.NotRun;
        RecordedBodies bodies = await RecordedBodies.Load(recordings, control.Id, exchanges);
        DateTimeOffset start = control.Hops.Min(hop => hop.StartedAt);
        // Its time may lie before the certificates of the other runs, and its calls go elsewhere.
        TlsPart? tls = input.Tls is null ? null : ReplayAuthority.Of(job.File, live, start, time.GetUtcNow());
        RunScript script = RunScript.Of(input with { Live = live, Tls = tls, Body = bodies.Body, RecordedKeys = Preludes.Keys(control), Links = LinkMessages.Find(live, bodies.Message, input.Preludes), TargetIsBreak = false, WhatIf = WhatIfPlan.None });
        if (script.Incomplete.Count > 0)
            return ControlResult.NotRun;
        SandboxPlan place = PlaceWriter.Write(job.File, job.LiveServices, job.Folder, live, start, options.Value.ReadyLimit) with { TrustedAuthority = tls?.CertificatePem };
        RunOutcome outcome = await runner.Run(driver, place, script, (what, detail) => step($"control {what}", detail), cancellationToken);
        ControlResult result = ControlVerdict.Of(outcome.Record, live, [.. script.DroppedCredentials, .. script.Minted]);
        await step("control ended", $"{result.ToString().ToLowerInvariant()}: {control.Id}");
        return result;
    }
}
