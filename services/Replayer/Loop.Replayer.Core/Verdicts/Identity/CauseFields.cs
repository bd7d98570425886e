using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>
/// Places of an answer that name the cause of a failure. They are never noise: a mask over one of them would make every failure of a
/// service the same failure.
/// </summary>
public static partial class CauseFields
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "type", "code", "status", "statuscode", "title", "detail", "details", "message", "msg", "error", "errors", "reason", "cause", "description",
        "errorcode", "errortype", "errormessage", "exception", "exceptiontype", "exceptionmessage", "class", "classname", "frame", "frames", "stack", "stacktrace", "trace",
        "method", "file", "line", "module", "function",
    };

    // As a part of a name, these tell as much as the name: declineReason, x-error-code. Weaker words would take messageId and lineItems along.
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "error", "errors", "err", "exception", "exceptions", "reason", "reasons", "cause", "causes", "failure", "failures", "fault", "stack", "stacktrace",
    };

    // What a client acts on, beside the status.
    private static readonly HashSet<string> Headers = new(StringComparer.OrdinalIgnoreCase) { "content-type", "grpc-status", "grpc-message", "grpc-status-details-bin", "www-authenticate", "allow" };

    /// <summary>True for a place as divergences name it: <c>body $.error.message</c>, <c>body /fault/reason</c>, <c>body line 3</c>, <c>status</c>.</summary>
    public static bool IsCause(string place)
    {
        if (place.StartsWith("header ", StringComparison.Ordinal) || place.StartsWith("trailer ", StringComparison.Ordinal))
            return Headers.Contains(place[(place.IndexOf(' ', StringComparison.Ordinal) + 1)..]) || IsCauseName(place[(place.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        // Status, gRPC status, media type; of text and binary bodies every line, since nothing says what it means; the headers of a form's part; an order of fields.
        if (!Structured().IsMatch(place) || place.Contains(" header ", StringComparison.Ordinal) || place.EndsWith(" order", StringComparison.Ordinal))
            return true;
        Regex names = place.StartsWith("body /", StringComparison.Ordinal) ? Element() : Member();
        List<string> steps = [.. names.Matches(place).Select(match => match.Groups["name"].Value)];
        // A name with a quote in it cannot be told from the path around it.
        if (names.Replace(place, "").Contains('\'', StringComparison.Ordinal) || (steps.Count == 0 && !place.StartsWith("body $", StringComparison.Ordinal)))
            return true;
        // A protobuf field that has a number alone may be anything.
        bool isNumbered = place.StartsWith("body message", StringComparison.Ordinal) && steps.Exists(step => step.All(char.IsAsciiDigit));
        return isNumbered || steps.Exists(IsCauseName);
    }

    private static bool IsCauseName(string name) => Names.Contains(Plain(name)) || Word().Matches(name).Any(word => Words.Contains(word.Value));

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    [GeneratedRegex(@"^body (\$|form|part|message|/)", RegexOptions.CultureInvariant)]
    private static partial Regex Structured();

    [GeneratedRegex(@"\.(?<name>[\p{L}\p{Nd}_-]+)|\['(?<name>[^']*)'\]", RegexOptions.CultureInvariant)]
    private static partial Regex Member();

    [GeneratedRegex(@"/@?(?<name>[^/\[\]@' ]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Element();

    [GeneratedRegex(@"\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
