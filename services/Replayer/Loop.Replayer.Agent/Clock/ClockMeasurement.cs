using Loop.Replayer.Agent.Hosting;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Clock;

/// <summary>Asks a runtime for the time, in the namespaces and with the environment of a service. Each runtime once per sandbox, one after the other.</summary>
internal sealed class ClockMeasurement(AgentPlan plan, ServiceClock clock, Launches launches, TimeProvider time) : IDisposable
{
    private const int Kill = 9;

    // A virtual machine on a busy computer.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, ClockAnswer> _answers = [];

    /// <summary>What the runtime sees.</summary>
    public async Task<ClockAnswer> Measure(SandboxService service, ClockRuntime runtime, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (!_answers.TryGetValue(runtime.Command[0], out ClockAnswer? answer))
                _answers[runtime.Command[0]] = answer = await Ask(service, runtime, cancellationToken);
            return answer;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<ClockAnswer> Ask(SandboxService service, ClockRuntime runtime, CancellationToken cancellationToken)
    {
        // No name of a service holds a '_'.
        string files = $"clock_{_answers.Count}";
        SandboxService asking = service with
        {
            Command = runtime.Command,
            Environment = service.Environment.Where(entry => !ClockRuntime.ForeignCode.Contains(entry.Key)).Append(new("DOTNET_EnableDiagnostics", "0"))
                .DistinctBy(entry => entry.Key).ToDictionary(),
            Folders = [.. service.Folders.Union(runtime.Folders)],
        };
        DateTimeOffset before = clock.Now;
        ChildProcess process = await launches.Start(service.Name, files, launches.ForService(asking, files));
        using CancellationTokenSource limit = new(Limit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await process.Exited.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ClockAnswer(ClockReach.Unknown, $"{runtime.Name} did not say its time within {Limit.TotalSeconds:0} s");
        }
        finally
        {
            process.Signal(Kill);
        }

        string log = StateFiles.Log(plan.StateFolder, files);
        if (!File.Exists(log) || ClockRuntime.ReadTime(await File.ReadAllTextAsync(log, cancellationToken)) is not { } seen)
            return new ClockAnswer(ClockReach.Unknown, $"{runtime.Name} could not be asked for its time ({string.Join(' ', runtime.Command)})");
        DateTimeOffset after = clock.Now;
        return ServiceClock.IsPlanned(seen, before, after)
            ? new ClockAnswer(ClockReach.Reached, $"measured with {runtime.Name}: {seen:O}")
            : new ClockAnswer(ClockReach.NotReached, $"measured with {runtime.Name}: {seen:O}, where {after:O} was planned");
    }
}

/// <summary>Whether the clock reaches something, and how one knows.</summary>
internal sealed record ClockAnswer(ClockReach Reach, string Detail);
