using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>A wrong value in an answer that no rule calls a failure: <c>--wrong '2 response $.total' --expect 12.35</c>.</summary>
/// <param name="Hop">Number, id or name of the hop, as typed.</param>
/// <param name="Path">Where the value lies in the response's body.</param>
/// <param name="Recorded">The recorded wrong value as JSON text.</param>
/// <param name="Expected">The right one as JSON text; null when the person did not say, and then nothing can be fixed.</param>
public sealed record AssertionTarget(string Hop, ValuePath Path, string Recorded, string? Expected)
{
    /// <summary>Reads what was typed, and the wrong value from the recorded answer.</summary>
    public static AssertionResult Parse(string wrong, string? expect, Message? recorded)
    {
        if (!AssertionText.TryParse(wrong, out AssertionText? written, out string? fault))
            return AssertionResult.Refused(fault);
        (string hop, var path) = (written.Hop, new ValuePath(written.Path));
        if (recorded is null || path.Read(recorded) is not { } value)
            return AssertionResult.Refused($"the recorded answer of {hop} holds no value at {path}");
        string? expected = expect is null ? null : JsonText(expect);
        return expected == value
            ? AssertionResult.Refused($"{path} is {value} in the recording already: what is expected cannot be what is wrong")
            : new AssertionResult(new AssertionTarget(hop, path, value, expected), null);
    }

    /// <summary>Judges the replayed answer.</summary>
    public AssertionSight Judge(Message? replayed)
    {
        if (replayed is null)
            return AssertionSight.NotObserved;
        string? value = Path.Read(replayed);
        if (value == Recorded)
            return AssertionSight.RecordedAgain;
        return value is not null && value == Expected ? AssertionSight.Expected : AssertionSight.Other;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Path} = {Recorded}";

    // 12.35 is a number and paid a word: people do not type JSON's quotes.
    private static string JsonText(string typed)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(typed);
            return ValuePath.Canonical(document.RootElement);
        }
        catch (JsonException)
        {
            return ValuePath.Quote(typed);
        }
    }
}

/// <summary>An assertion, or why there is none.</summary>
/// <param name="Target">The assertion; null when it was refused.</param>
/// <param name="Refusal">What is wrong with it; null when nothing is.</param>
public sealed record AssertionResult(AssertionTarget? Target, string? Refusal)
{
    internal static AssertionResult Refused(string why) => new(null, why);
}
