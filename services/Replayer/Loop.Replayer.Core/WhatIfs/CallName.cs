using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.WhatIfs;

/// <summary>How a person names calls: <c>payments</c>, <c>payments#2</c>, <c>payments POST /charge #2</c>, a hop's number or id, <c>entry</c>.</summary>
/// <param name="Service">Service, or the number or id of a hop.</param>
/// <param name="Method">Method; null means any.</param>
/// <param name="Route">Path without query; null means any.</param>
/// <param name="Ordinal">Which of them in recorded order, from 1; null means all.</param>
public sealed partial record CallName(string Service, string? Method, string? Route, int? Ordinal)
{
    /// <summary>Reads a name at the beginning of <paramref name="words"/>.</summary>
    /// <param name="words">What was typed, word by word.</param>
    /// <param name="name">The name; null when there is none.</param>
    /// <param name="count">How many words it took.</param>
    public static bool TryRead(IReadOnlyList<string> words, [NotNullWhen(true)] out CallName? name, out int count)
    {
        (name, count) = (null, 0);
        if (words.Count == 0 || Split(words[0]) is not { Text.Length: > 0 } first)
            return false;
        (name, count) = (new CallName(first.Text, null, null, first.Ordinal), 1);
        if (first.Ordinal is null && words.Count > 2 && words[2].StartsWith('/'))
        {
            (string route, int? ordinal) = Split(words[2]);
            (name, count) = (new CallName(first.Text, words[1], route.Split('?')[0], ordinal), 3);
        }

        if (name.Ordinal is null && words.Count > count && Split(words[count]) is { Text.Length: 0, Ordinal: { } apart })
            (name, count) = (name with { Ordinal = apart }, count + 1);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Service}{(Method is null ? "" : $" {Method} {Route} ")}{(Ordinal is { } ordinal ? string.Create(CultureInfo.InvariantCulture, $"#{ordinal}") : "")}".TrimEnd();

    private static (string Text, int? Ordinal) Split(string word) =>
        Numbered().Match(word) is { Success: true } match && int.TryParse(match.Groups["ordinal"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal)
            ? (match.Groups["text"].Value, ordinal)
            : (word, null);

    [GeneratedRegex(@"\A(?<text>.*)#(?<ordinal>[1-9][0-9]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
