using System.Globalization;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Clock;

/// <summary>
/// The clock of one sandbox: what its processes are given so that they see the planned time. A library in front of the C library answers for the
/// wall clock (<c>loop-clock.c</c>). It is told an offset, not a start, so that all processes of all services agree, children and late starters included.
/// </summary>
internal sealed class ServiceClock
{
    private const string Preload = "LD_PRELOAD", Setting = "LOOP_CLOCK", Zone = "TZ", Language = "LANG", AllCategories = "LC_ALL";

    // In the service's private /run, which programs may be loaded from.
    private const string SealedPath = "/run/loop-clock.so";
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);
    private static readonly string Library = Path.Combine(AppContext.BaseDirectory, "libloop-clock.so");
    private readonly ClockPlan _plan;
    private readonly bool _isSealed;
    private readonly TimeProvider _time;
    private readonly Lazy<TimeSpan> _offset;

    public ServiceClock(ClockPlan plan, bool isSealed, TimeProvider time, string? library = null)
    {
        _plan = plan;
        _isSealed = isSealed;
        _time = time;
        // Fixed when the first process of the sandbox is about to start, whatever that is.
        _offset = new Lazy<TimeSpan>(() => plan.Start - time.GetUtcNow());
        string path = library ?? Library;
        Content = plan.Mode is not ClockMode.Real && File.Exists(path) ? File.ReadAllBytes(path) : null;
        LibraryPath = isSealed ? SealedPath : path;
        Obstacle = plan.Mode is ClockMode.Real ? "the services run at the time of the replay: the plan asks for the real clock"
            : Content is null ? $"the services run at the time of the replay: {path} is missing, because Loop was built without a C compiler (cc)"
            : null;
    }

    /// <summary>Why no service can see the planned time; null when nothing stands in the way.</summary>
    public string? Obstacle { get; }

    /// <summary>Where a process finds the library.</summary>
    public string LibraryPath { get; }

    private byte[]? Content { get; }

    /// <summary>A process's environment with time, zone and locale. What it says itself about zone and locale is left as it is.</summary>
    public IReadOnlyDictionary<string, string> Environment(IReadOnlyDictionary<string, string> own)
    {
        Dictionary<string, string> variables = new(own);
        if (_plan.TimeZone is { } zone)
            variables.TryAdd(Zone, zone);
        if (_plan.Locale is { } locale)
            AddLocale(variables, locale);
        if (Obstacle is not null)
            return variables;
        variables[Preload] = own.TryGetValue(Preload, out string? others) && others.Length > 0 ? $"{LibraryPath}:{others}" : LibraryPath;
        variables[Setting] = _plan.Mode is ClockMode.Frozen ? $"frozen:{Nanoseconds(_plan.Start - DateTimeOffset.UnixEpoch)}" : $"shifted:{Nanoseconds(_offset.Value)}";
        return variables;
    }

    /// <summary>A process's own files with what the environment names.</summary>
    public IReadOnlyDictionary<string, byte[]> Files(IReadOnlyDictionary<string, byte[]> own) =>
        Obstacle is null && _isSealed ? new Dictionary<string, byte[]>(own) { [SealedPath] = Content! } : own;

    /// <summary>What a process that the clock reaches sees now.</summary>
    public DateTimeOffset Now => _plan.Mode switch
    {
        ClockMode.Frozen => _plan.Start,
        ClockMode.Shifted => _time.GetUtcNow() + _offset.Value,
        _ => _time.GetUtcNow(),
    };

    /// <summary>Whether a process that looked between two moments of <see cref="Now"/> saw the planned time.</summary>
    public static bool IsPlanned(DateTimeOffset seen, DateTimeOffset before, DateTimeOffset after) => seen >= before - Tolerance && seen <= after + Tolerance;

    // LC_ALL beats every other variable: it is set only where the process says nothing about its locale.
    private static void AddLocale(Dictionary<string, string> variables, string locale)
    {
        if (variables.ContainsKey(AllCategories) || variables.ContainsKey(Language))
            return;
        bool hasCategories = variables.Keys.Any(static name => name.StartsWith("LC_", StringComparison.Ordinal));
        variables[Language] = locale;
        if (!hasCategories)
            variables[AllCategories] = locale;
    }

    // A tick is 100 ns.
    private static string Nanoseconds(TimeSpan span) => checked(span.Ticks * 100).ToString(CultureInfo.InvariantCulture);
}
