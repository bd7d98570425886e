using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Loop.Contracts;

namespace Loop.Replayer.Core.WhatIfs;

/// <summary>A fault as a person types it: <c>payments#2 delay=3s</c>. Only the form is known here; whether there is such a call is found in the recording.</summary>
/// <param name="Call">Which calls.</param>
/// <param name="Fault">What happens to their answers.</param>
public sealed record FaultText(CallName Call, CallFault Fault)
{
    private const int MaximumLength = 4000;
    private const string BodyMark = " body=";
    private static readonly string[] Effects = ["delay", "status", "body", "reset", "truncate"];
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    /// <summary>Reads what was typed; false, with what is wrong with it, when it is no fault.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FaultText? fault, [NotNullWhen(false)] out string? wrong)
    {
        ArgumentNullException.ThrowIfNull(text);
        (fault, wrong) = (null, null);
        // A body may hold anything, and is the last word.
        int mark = text.IndexOf(BodyMark, StringComparison.Ordinal);
        string[] words = (mark < 0 ? text : text[..mark]).Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (text.Length > MaximumLength)
            wrong = $"it is longer than {MaximumLength} characters";
        else if (!CallName.TryRead(words, out CallName? call, out int count))
            wrong = "it names no call";
        else
            (fault, wrong) = Read(call, words[count..], new CallFault { Text = text.Trim(), Body = mark < 0 ? null : text[(mark + BodyMark.Length)..] });
        return fault is not null;
    }

    private static (FaultText? Fault, string? Wrong) Read(CallName call, string[] effects, CallFault fault)
    {
        if (effects.GroupBy(effect => effect.Split('=')[0]).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return (null, $"{twice.Key} is said twice");
        foreach (string effect in effects)
        {
            (CallFault? changed, string? wrong) = Effect(effect, fault);
            if (changed is null)
                return (null, wrong);
            fault = changed;
        }

        int ends = (fault.Status is null ? 0 : 1) + (fault.Resets ? 1 : 0) + (fault.TruncateBytes is null ? 0 : 1);
        return (ends, fault) switch
        {
            (0, { Body: not null }) or (_, { Body: not null, Status: null }) => (null, "body= goes with status="),
            (0, { Delay.Ticks: 0 }) => (null, $"it does not say what happens to {call}: delay=3s, status=503, reset or truncate=100"),
            ( > 1, _) => (null, "an answer ends in one way: status, reset or truncate"),
            _ => (new FaultText(call, fault), null),
        };
    }

    private static (CallFault? Fault, string? Wrong) Effect(string effect, CallFault fault)
    {
        string[] sides = effect.Split('=', 2);
        string value = sides.Length == 2 ? sides[1] : "";
        return sides[0] switch
        {
            "delay" => Delay(value) is { } delay ? (fault with { Delay = delay }, null) : (null, $"'{value}' is no delay from 1ms to {LongestDelay.TotalMinutes}m, such as 250ms, 3s or 2m"),
            "status" => Number(value) is >= 200 and <= 599 and var status ? (fault with { Status = status }, null) : (null, $"'{value}' is no status from 200 to 599"),
            "truncate" => Number(value) is { } bytes ? (fault with { TruncateBytes = bytes }, null) : (null, $"'{value}' is no number of bytes"),
            "reset" when sides.Length == 1 => (fault with { Resets = true }, null),
            _ => (null, $"'{effect}' is no fault; did you mean {NearestWord.To(sides[0], Effects)}?"),
        };
    }

    private static TimeSpan? Delay(string text)
    {
        (string unit, int milliseconds) = text switch
        {
            [.., 'm', 's'] => ("ms", 1),
            [.., 's'] => ("s", 1000),
            [.., 'm'] => ("m", 60_000),
            _ => ("", 0),
        };
        bool isNumber = decimal.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count);
        if (!isNumber || unit.Length == 0 || count * milliseconds < 1 || count * milliseconds > (decimal)LongestDelay.TotalMilliseconds)
            return null;
        return TimeSpan.FromMilliseconds((double)(count * milliseconds));
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
