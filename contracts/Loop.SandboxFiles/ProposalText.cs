using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Loop.SandboxFiles;

/// <summary>Writes the part of a sandbox file that an earlier replay proposes: what is known as it is, what a person has to decide as a comment.</summary>
internal static partial class ProposalText
{
    // OpenTelemetry's protocol over HTTP: an empty answer is a full success.
    private static readonly string[] TelemetryPaths = ["/v1/traces", "/v1/metrics", "/v1/logs"];

    /// <summary>Nothing when nothing is proposed.</summary>
    /// <param name="text">The file.</param>
    /// <param name="proposals">What is proposed.</param>
    /// <param name="services">Services that the file names.</param>
    public static void Write(StringBuilder text, BackgroundProposals? proposals, IReadOnlySet<string> services)
    {
        if (proposals is null || proposals.IsEmpty)
            return;
        text.Append(CultureInfo.InvariantCulture, $"# What replay {YamlWriting.Comment(proposals.ReplayId)} had no answer for.\n");
        List<ProposedCall> known = [.. proposals.Calls.Where(IsKnown)];
        if (known.Count > 0)
            text.Append("background:\n");
        foreach (ProposedCall call in known)
            Write(text, call, services, "  ");
        List<ProposedCall> open = [.. proposals.Calls.Where(call => !IsKnown(call))];
        if (open.Count > 0 && known.Count == 0)
            text.Append("# background:\n");
        foreach (ProposedCall call in open)
            Write(text, call, services, "#   ");
        foreach (string refused in proposals.Refused)
            text.Append(CultureInfo.InvariantCulture, $"# refused, and background: {YamlWriting.Comment(refused)}; if the service needs it, declare it under dependencies\n");
    }

    // A call within a request is the request's own unless a person knows better.
    private static bool IsKnown(ProposedCall call) => !call.Call.InRequest && Declarable().IsMatch($"{call.Call.Method} {call.Call.Url}") && (call.From is not null || IsTelemetry(call));

    private static void Write(StringBuilder text, ProposedCall call, IReadOnlySet<string> services, string indent)
    {
        text.Append(CultureInfo.InvariantCulture, $"{indent}- call: {YamlWriting.Scalar($"{call.Call.Method} {call.Call.Url}")}\n");
        if (services.Contains(call.Call.Caller))
            text.Append(CultureInfo.InvariantCulture, $"{indent}  by: {YamlWriting.Scalar(call.Call.Caller)}\n");
        text.Append(indent).Append("  ");
        if (call.From is { } holder)
            text.Append(CultureInfo.InvariantCulture, $"from: {YamlWriting.Scalar(holder)}");
        else
            text.Append("answer: { status: 200 }");
        text.Append(CultureInfo.InvariantCulture, $"  # {Note(call)}\n");
    }

    private static string Note(ProposedCall call)
    {
        string answer = call.From is not null ? "answered there" : IsTelemetry(call) ? "telemetry: nothing waits for more" : "no kept conversation holds an answer: write one";
        return call.Call.InRequest ? $"{answer}; made while a request was served: declare it only if it belongs to none" : answer;
    }

    private static bool IsTelemetry(ProposedCall call) => call.Call.Method is "POST" && TelemetryPaths.Any(path => call.Call.Url.EndsWith(path, StringComparison.Ordinal));

    // As the sandbox file has it: an odd method is no key for a stub.
    [GeneratedRegex("^[A-Z]+ http://[^ ]+$")]
    private static partial Regex Declarable();
}
