using System.Buffers;
using System.Globalization;
using Loop.Contracts;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Hosting;

namespace Loop.Replayer.Engine;

/// <summary>What can be said of a request for a replay without looking anything up.</summary>
internal static class RequestRules
{
    private const int MinimumPrefix = 4;
    private const int MaximumRuns = 100;
    private const int MaximumWhatIfs = 32;

    // RFC 9110 §5.6.2 (token).
    private static readonly SearchValues<char> TokenSymbols =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> RevisionSymbols = SearchValues.Create("-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private static readonly string[] OwnHeaders = ["content-length", "transfer-encoding", "connection", "traceparent", "tracestate", "x-request-id", "baggage", "te", "upgrade"];

    /// <summary>The first fault; null when there is none.</summary>
    public static ReplayRefusal? Fault(ReplayRequest request, ReplayOptions options)
    {
        string? id = request.Conversation?.ToLowerInvariant();
        if (id is null || id.Length is < MinimumPrefix or > ConversationId.Length || !Base32.IsValid(id))
            return ReplayRefusal.Malformed("conversation", $"'{request.Conversation}' is not a conversation id or prefix.",
                $"Give {MinimumPrefix} to {ConversationId.Length} characters as loopctl list prints them.");
        if (request.Sandbox is null && string.IsNullOrWhiteSpace(request.Destination))
            return ReplayRefusal.Malformed("destination", "It is empty.", "Give host:port or an http(s) URL, or a sandbox.");
        if (request.Sandbox is not null && request.Destination is not null)
            return ReplayRefusal.Malformed("destination", "A sandbox is given too.", "Give one of the two.");
        if (request.Sandbox is { } sandbox && SandboxFault(sandbox) is { } wrong)
            return wrong;
        if (request.TimeoutSeconds is { } seconds && !(seconds > 0 && seconds <= options.MaximumTimeLimit.TotalSeconds))
            return ReplayRefusal.Malformed("timeoutSeconds", string.Create(CultureInfo.InvariantCulture,
                $"{seconds} is out of range."), string.Create(CultureInfo.InvariantCulture, $"Give more than 0 and at most {options.MaximumTimeLimit.TotalSeconds}."));
        return (request.Headers ?? new Dictionary<string, string>()).Select(header => HeaderFault(header.Key, header.Value)).FirstOrDefault(fault => fault is not null);
    }

    private static ReplayRefusal? SandboxFault(SandboxReplay sandbox)
    {
        if (string.IsNullOrWhiteSpace(sandbox.File))
            return ReplayRefusal.Malformed("sandbox.file", "It is empty.", "Give the absolute path of the sandbox file.");
        if (sandbox.Times is < 1 or > MaximumRuns)
            return ReplayRefusal.Malformed("sandbox.times", string.Create(CultureInfo.InvariantCulture, $"{sandbox.Times} is out of range."), $"Give 1 to {MaximumRuns}.");
        if (sandbox.LearnNoise is not 0 and (< NoiseLearner.MinimumRuns or > MaximumRuns))
            return ReplayRefusal.Malformed("sandbox.learnNoise", string.Create(CultureInfo.InvariantCulture, $"{sandbox.LearnNoise} is out of range."), $"Give {NoiseLearner.MinimumRuns} to {MaximumRuns}, or 0 for none.");
        if (sandbox.NoiseMask is not null && (sandbox.LearnNoise > 0 || sandbox.Noise is not null))
            return ReplayRefusal.Malformed("sandbox.noiseMask", "Noise is to be learned, or a replay that learned it is named, and a mask is given too.", "Give one of them.");
        if (sandbox is { LearnNoise: > 0, Noise: not null })
            return ReplayRefusal.Malformed("sandbox.noise", "Noise is to be learned, and a mask is given too.", "Give one of the two.");
        if (sandbox.Build is { } build && (build.Length == 0 || build.AsSpan().IndexOfAnyExcept(RevisionSymbols) >= 0))
            return ReplayRefusal.Malformed("sandbox.build", $"'{build}' is no git revision.", "Give letters, digits, dots, dashes, slashes and underscores.");
        if (WhatIfFault(sandbox) is { } whatIf)
            return whatIf;
        return sandbox is { Expect: not null, Wrong: null }
            ? ReplayRefusal.Malformed("sandbox.expect", "Nothing is asserted to be wrong.", "Give wrong too: HOP response $.path.")
            : null;
    }

    private static ReplayRefusal? WhatIfFault(SandboxReplay sandbox)
    {
        foreach ((string field, IReadOnlyList<string>? texts) in new[] { ("sandbox.faults", sandbox.Faults), ("sandbox.edits", sandbox.Edits) })
        {
            if (texts is null || texts.Count > MaximumWhatIfs || texts.Any(string.IsNullOrWhiteSpace))
                return ReplayRefusal.Malformed(field, texts is null ? "It is null." : texts.Count > MaximumWhatIfs ? $"It has {texts.Count.ToString(CultureInfo.InvariantCulture)} entries." : "One of it is empty.", $"Give an array of at most {MaximumWhatIfs} texts.");
        }

        if (sandbox.Faults.Count + sandbox.Edits.Count > 0 && sandbox.LearnNoise > 0)
            return ReplayRefusal.Malformed("sandbox.learnNoise", "What varies by itself is learned without faults and edits.", "Learn it first, and name that replay: --noise REPLAY.");
        return sandbox.Faults.Count + sandbox.Edits.Count > 0 && sandbox.Wrong is not null
            ? ReplayRefusal.Malformed("sandbox.wrong", "With faults or edits a whole answer is held against the recorded one, and nothing is said about what was wrong in it.", "Leave it out; to look at another answer than the entry's: --judge HOP.")
            : null;
    }

    private static ReplayRefusal? HeaderFault(string name, string? value)
    {
        if (name.Length == 0 || name.AsSpan().IndexOfAnyExcept(TokenSymbols) >= 0)
            return ReplayRefusal.Malformed("headers", $"'{name}' is not the name of a header.", "Give name: value.");
        if (OwnHeaders.Contains(name.ToLowerInvariant()))
            return ReplayRefusal.Malformed("headers", $"{name} is set by the replay itself.", "Leave it out.");
        if (value is null || value.Any(symbol => symbol is < ' ' and not '\t' or > 'ÿ' or '\x7f'))
            return ReplayRefusal.Malformed("headers", $"The value of {name} holds characters that a header cannot carry.", "Give one line of Latin-1 text.");
        return value.Contains(HeaderTreatment.TokenMark, StringComparison.Ordinal)
            ? ReplayRefusal.Malformed("headers", $"The value of {name} is a redaction token.", "Give the real value; a token is never sent.")
            : null;
    }
}
