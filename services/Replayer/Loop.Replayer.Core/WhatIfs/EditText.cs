using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Loop.Contracts;
using Loop.Contracts.Conversations;

namespace Loop.Replayer.Core.WhatIfs;

/// <summary>An edit as a person types it: <c>payments#1 response $.total=0</c>. Only the form is known here; whether there is such a value is found in the recording.</summary>
/// <param name="Call">Which calls.</param>
/// <param name="Edit">What is set.</param>
public sealed partial record EditText(CallName Call, MessageEdit Edit)
{
    private const int MaximumLength = 4000;
    private static readonly string[] Sides = ["request", "response"];

    /// <summary>Reads what was typed; false, with what is wrong with it, when it is no edit.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out EditText? edit, [NotNullWhen(false)] out string? wrong)
    {
        ArgumentNullException.ThrowIfNull(text);
        (edit, wrong) = text.Length > MaximumLength ? (null, $"it is longer than {MaximumLength} characters") : Read(text.Trim());
        return edit is not null;
    }

    private static (EditText? Edit, string? Wrong) Read(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!CallName.TryRead(words, out CallName? call, out int count))
            return (null, "it names no call");
        if (words.Length <= count || !Sides.Contains(words[count]))
            return (null, words.Length <= count ? "it does not say what is set" : $"'{words[count]}' is no side of a call; did you mean {NearestWord.To(words[count], Sides)}?");
        bool isRequest = words[count] == "request";
        string place = Behind(text, count + 1);
        if (Header().Match(place) is { Success: true } header)
            return (new EditText(call, new MessageEdit(text, isRequest, null, header.Groups["name"].Value.ToLowerInvariant(), header.Groups["value"].Value)), null);
        // A name in brackets may hold the sign too.
        for (int sign = place.IndexOf('=', StringComparison.Ordinal); sign >= 0; sign = place.IndexOf('=', sign + 1))
        {
            if (ValuePathText.TryParse(place[..sign].TrimEnd(), out ValuePathText? path))
                return (new EditText(call, new MessageEdit(text, isRequest, path, null, place[(sign + 1)..].Trim())), null);
        }

        return (null, $"'{place}' is neither $.path=VALUE nor header NAME=VALUE");
    }

    // What stands behind so many words; a value keeps its spaces.
    private static string Behind(string text, int count)
    {
        int at = 0;
        for (int word = 0; word < count; word++)
        {
            while (at < text.Length && text[at] == ' ')
                at++;
            while (at < text.Length && text[at] != ' ')
                at++;
        }

        return text[at..].TrimStart(' ');
    }

    [GeneratedRegex(@"\Aheader +(?<name>[^\s=]+) *= *(?<value>.*)\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Header();
}
