using System.Globalization;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.WhatIfs;
using Loop.Replayer.Destinations;

namespace Loop.Replayer.Engine;

/// <summary>What became of a request for a replay.</summary>
internal abstract record ReplayAcceptance
{
    /// <summary>It will run.</summary>
    public sealed record Accepted(ReplayReport Report) : ReplayAcceptance;
}

/// <summary>Why a replay is refused: what, where, how to mend.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Kind">Stable name of the kind, last part of the problem's type.</param>
/// <param name="Title">What.</param>
/// <param name="Detail">Where.</param>
/// <param name="Remedy">How to mend.</param>
internal sealed record ReplayRefusal(int Status, string Kind, string Title, string Detail, string Remedy) : ReplayAcceptance
{
    /// <summary>Hops to choose from; empty unless a choice is asked for.</summary>
    public IReadOnlyList<HopChoice> Hops { get; init; } = [];

    /// <summary>Conversations to choose from; empty unless a choice is asked for.</summary>
    public IReadOnlyList<string> Conversations { get; init; } = [];

    public static ReplayRefusal Malformed(string field, string detail, string remedy) =>
        new(400, "malformed-request", $"The field {field} is not valid.", detail, remedy);

    public static ReplayRefusal UnknownConversation(string prefix) =>
        new(404, "unknown-conversation", "No such conversation.", $"No kept conversation begins with '{prefix}'.", "List the kept ones: loopctl list.");

    public static ReplayRefusal UnknownReplay(string id) =>
        new(404, "unknown-replay", "No such replay.", $"No replay has the id '{id}'.", "List them: loopctl replays list.");

    public static ReplayRefusal UnknownPart(string what, string detail, string remedy) => new(404, $"unknown-{what}", $"No such {what}.", detail, remedy);

    public static ReplayRefusal AmbiguousConversation(string prefix, IReadOnlyList<string> found) =>
        new(409, "ambiguous-conversation", "More than one conversation.", $"'{prefix}' begins {string.Join(", ", found)}.", "Give more characters of the id.") { Conversations = found };

    public static ReplayRefusal StillOpen(string id) =>
        new(409, "conversation-open", "The conversation is still being collected.", $"{id} is not sealed yet; hops may be missing.",
            "Wait some seconds, until loopctl show prints it as sealed, and try again.");

    public static ReplayRefusal Unreadable(string detail) =>
        new(500, "recording-unreadable", "The recording cannot be read.", detail, "Other conversations are not affected.");

    public static ReplayRefusal Failed(Exception error) =>
        new(500, "replayer-failed", "The replayer failed.", $"{error.GetType().Name}: {error.Message}", "The log of loopd has more.");

    public static ReplayRefusal NothingRecorded(string id) =>
        new(409, "nothing-recorded", "Nothing to replay.", $"{id} holds no hop.", "loopctl show tells what is missing and why.");

    public static ReplayRefusal SeveralRoots(string id, IReadOnlyList<HopView> roots) =>
        new(409, "several-roots", "More than one root.", $"{id} has {roots.Count.ToString(CultureInfo.InvariantCulture)} roots: {Names(roots)}.",
            "Choose one with --hop.")
        { Hops = Choices(roots) };

    public static ReplayRefusal UnknownHop(string id, string asked, IReadOnlyList<HopView> hops) =>
        new(404, "unknown-hop", "No such hop.", $"{id} has no hop '{asked}'; it has {Names(hops)}.",
            "Give the number or the id of one of these.")
        { Hops = Choices(hops) };

    public static ReplayRefusal NothingLive(string id, IReadOnlySet<string> live, IReadOnlyList<HopView> hops) =>
        new(409, "nothing-live", "Nothing would run.", $"No hop of {id} goes to {(live.Count == 0 ? "a live service" : string.Join(" or ", live))}; it has {Names(hops)}.",
            "Name services of the conversation in the sandbox file, and give them a command and a port.")
        { Hops = Choices(hops) };

    public static ReplayRefusal SandboxChoice(string detail, string remedy) =>
        new(400, "sandbox-choice", "The sandbox file does not say enough.", detail, remedy);

    public static ReplayRefusal Noise(string detail, string remedy) => new(409, "noise-mask", "The noise mask cannot be used.", detail, remedy);

    public static ReplayRefusal WhatIf(WhatIfRefusal refused) =>
        new(400, "what-if", "That cannot happen in this replay.", refused.Detail, refused.Remedy) { Hops = Choices(refused.Calls.Select(call => call.Hop)) };

    public static ReplayRefusal QueueFull(int limit) =>
        new(503, "queue-full", "Too many replays wait.", $"{limit.ToString(CultureInfo.InvariantCulture)} replays wait for their turn.",
            "Try again when some have finished.");

    public static ReplayRefusal Destination(DestinationResult refused) => refused.Fault switch
    {
        DestinationFault.Malformed => new(400, "malformed-destination", "Not a destination.", refused.Message, refused.Remedy),
        DestinationFault.NameNotResolved => new(400, "unknown-host", "Unknown host.", refused.Message, refused.Remedy),
        DestinationFault.OwnPort => new(403, "own-port", "The destination is Loop itself.", refused.Message, refused.Remedy),
        DestinationFault.Forbidden => new(403, "forbidden-destination", "Never a destination.", refused.Message, refused.Remedy),
        _ => new(403, "destination-not-allowed", "The destination is not allowed.", refused.Message, refused.Remedy),
    };

    private static string Names(IEnumerable<HopView> hops) =>
        string.Join(", ", hops.Take(20).Select(hop => string.Create(CultureInfo.InvariantCulture, $"{hop.Number} ({PlannedCalls.Label(hop)})")));

    private static List<HopChoice> Choices(IEnumerable<HopView> hops) =>
        [.. hops.Select(hop => new HopChoice(hop.Id, hop.Number, hop.Destination, hop.Request?.Method, hop.Request?.Path))];
}

/// <summary>A hop that a person may choose.</summary>
internal sealed record HopChoice(string Id, int Number, string Destination, string? Method, string? Path);
