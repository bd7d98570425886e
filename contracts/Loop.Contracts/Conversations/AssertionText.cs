using System.Diagnostics.CodeAnalysis;

namespace Loop.Contracts.Conversations;

/// <summary>How a person writes where a wrong value stands: <c>HOP response $.path</c>. Only the form is known here; whether there is such a hop or value is found at the replay.</summary>
/// <param name="Hop">Number, id or name of the hop.</param>
/// <param name="Path">Where the value lies in the response's body.</param>
public sealed record AssertionText(string Hop, ValuePathText Path)
{
    /// <summary>The longest text of a place or of an expectation that is stored.</summary>
    public const int MaxLength = 500;

    /// <summary>Reads what was typed; false, with what is wrong with it, when it has another form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AssertionText? assertion, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        (assertion, fault) = (null, null);
        string[] words = text.Split(' ', 3, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (text.Length > MaxLength)
            fault = $"it is longer than {MaxLength} characters";
        else if (words is not [string hop, "response", string typed])
            fault = $"'{text}' is not HOP response $.path";
        else if (ValuePathText.TryParse(typed, out ValuePathText? path))
            assertion = new AssertionText(hop, path);
        else
            fault = $"'{typed}' is not a path such as $.items[0].total";
        return assertion is not null;
    }
}
