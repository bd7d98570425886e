using System.Text.RegularExpressions;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// Puts the names of the recorded trace and of the replay's own trace on one level: services print them into error bodies,
/// and they differ in every run by construction. Nothing else is masked.
/// </summary>
public sealed class IdentifierMask
{
    // Shorter ids would also hit ordinary words and numbers.
    private const int MinimumLength = 8;
    private readonly Regex? _trace;
    private readonly Regex? _request;

    private IdentifierMask(Regex? trace, Regex? request)
    {
        _trace = trace;
        _request = request;
    }

    /// <summary>A mask that changes nothing.</summary>
    public static IdentifierMask None { get; } = new(null, null);

    /// <summary>A mask over all keys of the recorded conversation and of the replay.</summary>
    public static IdentifierMask Over(IEnumerable<TraceKey> keys)
    {
        List<TraceKey> all = [.. keys.Distinct().Where(key => key.Value.Length >= MinimumLength)];
        return new IdentifierMask(
            Pattern(all.Where(key => key.Kind == TraceKeyKind.Trace).Select(TracePattern)),
            Pattern(all.Where(key => key.Kind == TraceKeyKind.Request).Select(RequestPattern)));
    }

    /// <summary>The text with every such id replaced by its kind.</summary>
    public string Apply(string text)
    {
        string traced = _trace?.Replace(text, "‹trace›") ?? text;
        return _request?.Replace(traced, "‹request id›") ?? traced;
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
