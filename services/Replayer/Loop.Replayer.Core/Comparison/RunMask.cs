using System.Globalization;
using System.Text.RegularExpressions;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// What differs in every run by construction: the names of its trace, which services print into error bodies, and the moment of
/// the answer, where both values are the clock of their own run. Nothing else is masked; what is masked is named in the report.
/// </summary>
public sealed class RunMask
{
    // Shorter ids would also hit ordinary words and numbers.
    private const int MinimumLength = 8;
    // Room for two clocks of one machine room; a bug that is wrong by more is seen.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);
    private readonly Regex? _trace;
    private readonly Regex? _request;

    private RunMask(Regex? trace, Regex? request)
    {
        _trace = trace;
        _request = request;
    }

    /// <summary>A mask that changes nothing.</summary>
    public static RunMask None { get; } = new(null, null);

    /// <summary>A mask over all keys of the recorded conversation and of the replay.</summary>
    public static RunMask Over(IEnumerable<TraceKey> keys)
    {
        List<TraceKey> all = [.. keys.Distinct().Where(key => key.Value.Length >= MinimumLength)];
        return new RunMask(
            Pattern(all.Where(key => key.Kind == TraceKeyKind.Trace).Select(TracePattern)),
            Pattern(all.Where(key => key.Kind == TraceKeyKind.Request).Select(RequestPattern)));
    }

    /// <summary>When the recorded answer came about; null when times are not masked.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Recorded { get; private init; }

    /// <summary>When the replayed answer came about, by each clock that its service may have seen; empty when times are not masked.</summary>
    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Replayed { get; private init; } = [];

    /// <summary>When the replayed answer began, by the clock that its service was meant to see; null when times are not masked.</summary>
    public DateTimeOffset? ReplayedFrom => Replayed.Count == 0 ? null : Replayed[^1].From;

    /// <summary>The same mask, with the spans of both runs.</summary>
    public RunMask During((DateTimeOffset From, DateTimeOffset To) recorded, params IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> replayed) =>
        new(_trace, _request) { Recorded = recorded, Replayed = replayed };

    /// <summary>True when each value is a full ISO 8601 time within its own run.</summary>
    public bool AreOwnTimes(string recorded, string replayed) => IsWithin(recorded, Recorded) && Replayed.Any(span => IsWithin(replayed, span));

    /// <summary>The text with every such id replaced by its kind.</summary>
    public string Apply(string text)
    {
        string traced = _trace?.Replace(text, "‹trace›") ?? text;
        return _request?.Replace(traced, "‹request id›") ?? traced;
    }

    internal static bool IsWithin(string text, (DateTimeOffset From, DateTimeOffset To)? span)
    {
        // "2026-11-01T12:00:00" at least: a bare date is not the clock.
        if (span is not { } run || text.Length is < 19 or > 40 || text[10] is not ('T' or ' ') || text[4] != '-')
            return false;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            && time >= run.From - ClockTolerance && time <= run.To + ClockTolerance;
    }

    private static Regex? Pattern(IEnumerable<string> alternatives)
    {
        string joined = string.Join('|', alternatives);
        return joined.Length == 0 ? null : new Regex(joined, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    // A whole traceparent first: its span id is new in every service.
    private static string TracePattern(TraceKey key)
    {
        string full = Regex.Escape(key.Value);
        string half = key.Value.StartsWith("0000000000000000", StringComparison.Ordinal) ? $"|{key.Value[16..]}" : "";
        return $"[0-9a-f]{{2}}-{full}-[0-9a-f]{{16}}-[0-9a-f]{{2}}|{full}{half}";
    }

    // Digit 14 of a UUID-shaped request id is Envoy's trace decision and may differ from hop to hop.
    private static string RequestPattern(TraceKey key) =>
        Guid.TryParseExact(key.Value, "D", out _) ? $"{key.Value[..14]}[0-9a-f]{key.Value[15..]}" : Regex.Escape(key.Value);
}
