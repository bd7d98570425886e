using System.Security.Cryptography;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Reflection;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;
using Loop.Replayer.Wire.Plans;

namespace Loop.Replayer.Sandboxes;

/// <summary>
/// Carries out one run: (1) make the place, (2) start the services, and ask them for their types, (3) fill caches, (4) drive, (5) wait for later calls, (6) stop. Whatever goes wrong with the
/// place or a service is a fault of the record, not an exception; nothing is left behind in any case.
/// </summary>
internal sealed class SandboxRunner(ProcessSandboxOptions options, TimeProvider time)
{
    private const int LogTailBytes = 2000;
    private static readonly TimeSpan QuietAfterLag = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReflectionLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs.</summary>
    /// <param name="driver">Makes the place.</param>
    /// <param name="plan">The place.</param>
    /// <param name="script">What happens in it.</param>
    /// <param name="step">Told of each step as it is taken.</param>
    /// <param name="cancellationToken">Gives up; the place is removed all the same.</param>
    public async Task<RunOutcome> Run(ISandboxDriver driver, SandboxPlan plan, RunScript script, Func<string, string, Task> step, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        string folder = OperatingSystem.IsLinux()
            ? OwnedFolder.Make(options.StateRoot, $"run-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}")
            : Directory.CreateTempSubdirectory("loop-run-").FullName;
        try
        {
            string input = Path.Combine(folder, "script.json");
            await StandInPlanFile.Write(input, script.Plan, cancellationToken);
            ISandbox sandbox;
            try
            {
                // 1
                sandbox = await driver.Prepare(plan with { HandlerInput = input }, cancellationToken);
            }
            catch (SandboxException error)
            {
                RunRecord nothing = new() { StartedAt = time.GetUtcNow(), Evidence = Evidence.Unsealed, Fault = new SandboxFault(SandboxFaultKind.Unhealthy, error.Message) };
                return new RunOutcome(nothing, time.GetElapsedTime(start), TimeSpan.Zero, new Dictionary<string, byte[]>());
            }

            await using (sandbox)
                return await Run(sandbox, plan, script, step, start, cancellationToken);
        }
        finally
        {
            await OwnedFolder.Remove(folder, time);
        }
    }

    private async Task<RunOutcome> Run(ISandbox sandbox, SandboxPlan plan, RunScript script, Func<string, string, Task> step, long start, CancellationToken cancellationToken)
    {
        RunWatch watch = new(sandbox, script, time);
        Task following = watch.Follow();
        await step("prepared", sandbox.Evidence is SandboxEvidence.Sealed ? "sealed" : $"unsealed: {sandbox.EvidenceReason}");
        // 2
        SandboxFault? fault = await sandbox.Start(cancellationToken) is { } failure ? Fault(sandbox, failure) : null;
        TimeSpan prepared = time.GetElapsedTime(start);
        long driving = time.GetTimestamp();
        List<ReflectedTypes> types = [];
        if (fault is null)
        {
            await step("started", string.Join(", ", plan.Services.Select(service => service.Name)));
            try
            {
                foreach (LiveTarget target in script.Undescribed)
                    types.Add(await GrpcReflection.Ask(target.Service, async token => await sandbox.Dial(target.Service, target.Port, token), ReflectionLimit, cancellationToken));
                // 3 to 5
                await Warm(sandbox, watch, script, cancellationToken);
                await Drive(sandbox, watch, script, step, cancellationToken);
                await AwaitQuiet(watch, script, cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                fault = new SandboxFault(SandboxFaultKind.HarnessError, "the sandbox's agent ended during the run");
            }
        }

        TimeSpan drove = time.GetElapsedTime(driving);
        // 6
        Dictionary<string, byte[]> logs = plan.Services.Select(service => service.Name).Concat(plan.Dependencies.Select(one => one.Name)).ToDictionary(name => name, name => Log(sandbox, name));
        await sandbox.Stop(cancellationToken);
        await following;
        RunRecord record = watch.Record(fault);
        foreach (WhatIfUse use in record.WhatIf)
            await step("what if", $"{use.Text}: {use.Call}");
        return new RunOutcome(record, prepared, drove, logs) { Types = types };
    }

    private static async Task Warm(ISandbox sandbox, RunWatch watch, RunScript script, CancellationToken cancellationToken)
    {
        foreach (Drive drive in script.Plan.Drives.Where(drive => drive.IsBackground))
        {
            await sandbox.Command($"drive {drive.HopId}", cancellationToken);
            await watch.Answered(drive.HopId).WaitAsync(cancellationToken);
        }
    }

    private async Task Drive(ISandbox sandbox, RunWatch watch, RunScript script, Func<string, string, Task> step, CancellationToken cancellationToken)
    {
        if (watch.Fault is not null)
            return;
        List<Task> sent = [];
        foreach (OrderedDrive drive in script.Order)
        {
            foreach (string earlier in drive.After)
                await watch.Answered(earlier).WaitAsync(cancellationToken);
            if (drive.AfterStartOf is { } open)
            {
                DriveBegun begun = await watch.Begun(open).WaitAsync(cancellationToken);
                TimeSpan left = begun.At + drive.Gap - time.GetUtcNow();
                if (left > TimeSpan.Zero)
                    await Task.Delay(left, time, cancellationToken);
            }

            await sandbox.Command($"drive {drive.HopId}", cancellationToken);
            await step("sent", script.Plan.Drives.First(one => one.HopId == drive.HopId).Label);
            sent.Add(watch.Answered(drive.HopId));
        }

        await Task.WhenAll(sent).WaitAsync(cancellationToken);
    }

    private async Task AwaitQuiet(RunWatch watch, RunScript script, CancellationToken cancellationToken)
    {
        TimeSpan quiet = (script.Lag * 2) + QuietAfterLag;
        while (watch.Fault is null && !watch.IsQuiet(quiet))
            await Task.Delay(Poll, time, cancellationToken);
    }

    private static SandboxFault Fault(ISandbox sandbox, SandboxFailure failure)
    {
        string tail = failure.Service.Length == 0 ? "" : System.Text.Encoding.UTF8.GetString(Tail(Log(sandbox, failure.Service))).Trim();
        return new SandboxFault(failure.Kind is SandboxFailureKind.SeedFailed ? SandboxFaultKind.SeedFailed : SandboxFaultKind.Unhealthy, tail.Length == 0 || failure.Reason.EndsWith(tail, StringComparison.Ordinal) ? failure.Reason : $"{failure.Reason} Its last words: {tail}");
    }

    private static byte[] Tail(byte[] log) => log.Length <= LogTailBytes ? log : log[^LogTailBytes..];

    private static byte[] Log(ISandbox sandbox, string service)
    {
        using Stream log = sandbox.OpenLog(service);
        using MemoryStream copy = new();
        log.CopyTo(copy);
        return copy.ToArray();
    }
}

/// <summary>A run that ended.</summary>
/// <param name="Record">What was seen.</param>
/// <param name="Prepared">How long making the place and starting services took.</param>
/// <param name="Drove">How long driving and waiting took.</param>
/// <param name="Logs">What each live service wrote.</param>
internal sealed record RunOutcome(RunRecord Record, TimeSpan Prepared, TimeSpan Drove, IReadOnlyDictionary<string, byte[]> Logs)
{
    /// <summary>What live services told about their protobuf types.</summary>
    public IReadOnlyList<ReflectedTypes> Types { get; init; } = [];

    /// <summary>The types of a method: those that the sandbox file gives, else what its service told; null when nobody knows them.</summary>
    public Func<string?, MethodShapes?> Shapes(DescriptorSet declared) => path => declared.Method(path) ?? Types.Select(told => told.Types.Method(path)).FirstOrDefault(shapes => shapes is not null);
}
