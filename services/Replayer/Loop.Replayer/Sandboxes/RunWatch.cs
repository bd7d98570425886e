using System.Text.Json;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Wire.Plans;

namespace Loop.Replayer.Sandboxes;

/// <summary>Follows one sandbox and remembers what it tells. Written by one reader, asked from anywhere.</summary>
internal sealed class RunWatch(ISandbox sandbox, RunScript script, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource<DriveBegun>> _begun = Sources<DriveBegun>(script);
    private readonly Dictionary<string, TaskCompletionSource<DriveAnswered>> _answered = Sources<DriveAnswered>(script);
    private readonly List<DrivenHop> _driven = [];
    private readonly List<DrivenHop> _earlier = [];
    private readonly HashSet<string> _tokensLeftOut = [];
    private readonly List<ServedCall> _calls = [];
    private readonly Dictionary<string, ServedCall> _held = [];
    private readonly List<RefusedTarget> _refused = [];
    private readonly Dictionary<string, int> _ended = [];
    private readonly Dictionary<string, string> _clocks = [];
    private readonly HashSet<string> _made = [];
    private readonly List<string> _serving = [];
    private readonly List<WhatIfUse> _whatIf = [];
    private readonly List<WatchedLimit> _limits = [];
    private readonly DateTimeOffset _preparedAt = time.GetUtcNow();
    private int _open;
    private DateTimeOffset? _firstDriveAt;
    private long _lastFact = time.GetTimestamp();
    private SandboxFault? _fault;

    /// <summary>When the request of a drive began to be sent.</summary>
    public Task<DriveBegun> Begun(string hopId) => _begun[hopId].Task;

    /// <summary>When its answer ended, or did not come.</summary>
    public Task<DriveAnswered> Answered(string hopId) => _answered[hopId].Task;

    /// <summary>Why nothing may be believed; null when nothing is known against it.</summary>
    public SandboxFault? Fault
    {
        get
        {
            lock (_gate)
                return _fault;
        }
    }

    /// <summary>Reads until the sandbox has ended.</summary>
    public async Task Follow()
    {
        try
        {
            await foreach (SandboxObservation observation in sandbox.Observations.ReadAllAsync())
                See(observation);
        }
        finally
        {
            // Nobody will tell any more.
            foreach (TaskCompletionSource<DriveAnswered> source in _answered.Values)
                source.TrySetCanceled();
            foreach (TaskCompletionSource<DriveBegun> source in _begun.Values)
                source.TrySetCanceled();
        }
    }

    /// <summary>True when every recorded call was made and none is under way, or none has been for <paramref name="quiet"/>.</summary>
    public bool IsQuiet(TimeSpan quiet)
    {
        lock (_gate)
            return _open == 0 && (script.Expected.All(_made.Contains) || time.GetElapsedTime(_lastFact) >= quiet);
    }

    /// <summary>What was seen.</summary>
    public RunRecord Record(SandboxFault? fault)
    {
        lock (_gate)
        {
            return new RunRecord
            {
                StartedAt = _firstDriveAt ?? time.GetUtcNow(),
                Evidence = sandbox.Evidence is SandboxEvidence.Sealed ? Evidence.Sealed : Evidence.Unsealed,
                UnsealedBecause = sandbox.EvidenceReason,
                Fault = fault ?? _fault,
                Driven = [.. _driven],
                Earlier = [.. _earlier],
                TokensLeftOut = [.. _tokensLeftOut],
                Calls = [.. _calls.Concat(_held.Values).OrderBy(call => call.StartedAt)],
                Limits = [.. _limits],
                Refused = [.. _refused],
                Ended = new Dictionary<string, int>(_ended),
                WhatIf = [.. _whatIf],
                ClockNotReached = new Dictionary<string, string>(_clocks),
                ClockLead = (_firstDriveAt ?? _preparedAt) - _preparedAt,
            };
        }
    }

    private void See(SandboxObservation observation)
    {
        lock (_gate)
        {
            switch (observation)
            {
                case HandlerTold told:
                    See(JsonSerializer.Deserialize<RunFact>(told.Content, RunJson.Options) ?? throw new InvalidDataException("The agent told nothing."));
                    break;
                case HandlerFailed failed:
                    _fault ??= new SandboxFault(SandboxFaultKind.HarnessError, $"a call of {failed.Caller} to {failed.Address}: {failed.Reason}");
                    break;
                case ClockProbed { Reach: not ClockReach.Reached } clock:
                    _clocks[clock.Service] = clock.Detail;
                    break;
                case DependencyExited exited:
                    _fault ??= new SandboxFault(SandboxFaultKind.Unhealthy, $"the dependency {exited.Dependency} ended with exit code {exited.ExitCode}");
                    break;
                case ServiceExited { Asked: false } exited when _firstDriveAt is null:
                    _fault ??= new SandboxFault(SandboxFaultKind.ServiceDied, $"{exited.Service} ended with exit code {exited.ExitCode}");
                    break;
                case ServiceExited { Asked: false } exited:
                    _ended[exited.Service] = exited.ExitCode;
                    break;
                case TrafficRefused refused when !_refused.Exists(known => known.Caller == refused.Caller && known.Target == Target(refused)):
                    _refused.Add(new RefusedTarget(refused.Caller, Target(refused), !_serving.Contains(refused.Caller), time.GetUtcNow()));
                    break;
            }
        }
    }

    private void See(RunFact fact)
    {
        _lastFact = time.GetTimestamp();
        switch (fact)
        {
            case DriveBegun begun:
                Drive drive = script.Plan.Drives.First(drive => drive.HopId == begun.HopId);
                _open++;
                _tokensLeftOut.UnionWith(begun.TokensLeftOut);
                (drive.IsBackground ? _earlier : _driven).Add(new DrivenHop(begun.HopId, begun.At, null, null));
                if (!drive.IsBackground)
                {
                    _firstDriveAt ??= begun.At;
                    _serving.Add(drive.Service);
                }

                _begun[begun.HopId].TrySetResult(begun);
                break;
            case DriveAnswered answered:
                Answered(answered);
                break;
            case CallBegun begun:
                _open++;
                if (begun.HopId is not null)
                    _made.Add(begun.HopId);
                if (begun.Callee is not null)
                    _serving.Add(begun.Callee);
                break;
            case CallHeld held:
                _open--;
                _held[held.Call.HopId!] = held.Call;
                break;
            case CallWentOn wentOn:
                _open++;
                _held.Remove(wentOn.HopId);
                break;
            case CallServed served:
                if (served.Call.HopId is not { } hop || !_held.Remove(hop))
                    _open--;
                _calls.Add(served.Call);
                if (served.Call.LiveCallee is not null)
                    _serving.Remove(served.Call.LiveCallee);
                break;
            case LimitPlayed:
                _open++;
                break;
            case LimitWatched watched:
                _open--;
                _limits.Add(watched.Watched);
                break;
            case WhatIfApplied applied:
                _whatIf.Add(new WhatIfUse(applied.Text, applied.Call));
                break;
            case ConnectionRefused refused:
                string target = refused.Protocol is null ? $"TCP {refused.Target}" : $"TCP {refused.Target} ({refused.Protocol})";
                if (!_refused.Exists(known => known.Caller == refused.Caller && known.Target == target && known.IsBackground == refused.IsBackground))
                    _refused.Add(new RefusedTarget(refused.Caller, target, refused.IsBackground, refused.At) { OpaqueHost = refused.OpaqueHost });
                break;
        }
    }

    private void Answered(DriveAnswered answered)
    {
        _open--;
        Drive drive = script.Plan.Drives.First(drive => drive.HopId == answered.HopId);
        List<DrivenHop> driven = drive.IsBackground ? _earlier : _driven;
        int index = driven.FindIndex(one => one.HopId == answered.HopId);
        driven[index] = driven[index] with { Answer = answered.Answer, Attempts = answered.Attempts, EndedAt = answered.At };
        if (!drive.IsBackground)
            _serving.Remove(drive.Service);

        _answered[answered.HopId].TrySetResult(answered);
    }

    private static string Target(TrafficRefused refused) => refused.Kind is "dns" ? $"name {refused.Target}, which is not recorded" : $"{refused.Kind} {refused.Target}";

    private static Dictionary<string, TaskCompletionSource<T>> Sources<T>(RunScript script) =>
        script.Plan.Drives.ToDictionary(drive => drive.HopId, _ => new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously));
}
