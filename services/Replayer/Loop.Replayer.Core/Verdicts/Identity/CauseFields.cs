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

    /// <summary>True for a place as divergences name it: <c>body $.error.message</c>, <c>body line 3</c>, <c>status</c>.</summary>
    public static bool IsCause(string place)
    {
        // Status, gRPC status and message, media type; of text and binary bodies every line, since nothing says what it means.
        if (!place.StartsWith("body $", StringComparison.Ordinal))
            return true;
        return Member().Matches(place).Any(match => Names.Contains(Plain(match.Groups["name"].Value)));
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\.(?<name>[\p{L}\p{Nd}_-]+)|\['(?<name>[^']*)'\]", RegexOptions.CultureInvariant)]
    private static partial Regex Member();
}
