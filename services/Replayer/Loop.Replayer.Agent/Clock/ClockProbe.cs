using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Clock;

/// <summary>
/// Says for each service whether the planned clock reached it, after it has got ready and beside what happens then. First what runs on its port is looked at,
/// which decides most of what cannot be reached; the rest is measured with a tiny program of the same runtime.
/// </summary>
internal sealed class ClockProbe(ServiceClock clock, ClockMeasurement measurement, Action<SandboxObservation> observe, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _probes = [];

    /// <summary>Begins and returns; what is found is observed.</summary>
    public void Begin(SandboxService service, int process)
    {
        lock (_probes)
            _probes.Add(Task.Run(() => Probe(service, process)));
    }

    /// <summary>Waits for what has begun; after the limit it is given up. All is observed when this returns.</summary>
    public async Task End(TimeSpan limit)
    {
        Task all;
        lock (_probes)
            all = Task.WhenAll(_probes);
        await Task.WhenAny(all, Task.Delay(limit, time));
        await _ending.CancelAsync();
        await all;
    }

    public void Dispose() => _ending.Dispose();

    private async Task Probe(SandboxService service, int process)
    {
        ClockAnswer answer;
        try
        {
            answer = clock.Obstacle is { } obstacle ? new ClockAnswer(ClockReach.NotReached, obstacle) : await Judge(service, RunningProgram.Listening(process, service.Port));
        }
        catch (OperationCanceledException)
        {
            answer = new ClockAnswer(ClockReach.Unknown, "the sandbox ended before it was measured");
        }
        catch (Exception error)
        {
            answer = new ClockAnswer(ClockReach.Unknown, $"{error.GetType().Name}: {error.Message}");
        }

        observe(new ClockProbed(service.Name, answer.Reach, answer.Detail));
    }

    private async Task<ClockAnswer> Judge(SandboxService service, IReadOnlyList<RunningProgram> programs)
    {
        if (programs.Count == 0)
            return new ClockAnswer(ClockReach.Unknown, $"what listens on port {service.Port} could not be seen");
        if (programs.Select(Look).OfType<ClockAnswer>().FirstOrDefault() is { } unreached)
            return unreached;
        ClockAnswer? answer = null;
        foreach (ClockRuntime runtime in programs.Select(ClockRuntime.Of).DistinctBy(runtime => runtime.Command[0]))
        {
            answer = await measurement.Measure(service, runtime, _ending.Token);
            if (answer.Reach is not ClockReach.Reached)
                break;
        }

        return answer!;
    }

    // Null when the library is there and nothing goes past it.
    private ClockAnswer? Look(RunningProgram program)
    {
        string? why = program switch
        {
            { Elf.IsGo: true } => "is a Go program: it reads the time from the kernel itself, which cannot be changed for one process",
            _ when program.Mapped.Contains(clock.LibraryPath) => null,
            { Elf.HasInterpreter: false } => "is statically linked: it reads the time from the kernel itself, which cannot be changed for one process",
            _ => $"has not loaded {clock.LibraryPath}: it was started without LD_PRELOAD, or with another C library",
        };
        return why is null ? null : new ClockAnswer(ClockReach.NotReached, $"{program.Path} {why}");
    }
}
