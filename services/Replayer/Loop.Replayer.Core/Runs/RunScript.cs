using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.Mesh;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Streams;
using Loop.Replayer.Core.Tls;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Core.Runs;

/// <summary>What is sent, answered and relayed in one run, made from the recording and fresh names. Pure.</summary>
public sealed record RunScript
{
    private const int SpareNames = 64;

    /// <summary>For the agent.</summary>
    public required StandInPlan Plan { get; init; }

    /// <summary>The drives that can be sent, with what they wait for.</summary>
    public required IReadOnlyList<OrderedDrive> Order { get; init; }

    /// <summary>Recorded requests that should be driven and are not whole, in words.</summary>
    public required IReadOnlyList<string> Incomplete { get; init; }

    /// <summary>Changes to driven requests, in words.</summary>
    public required IReadOnlyList<string> Adjustments { get; init; }

    /// <summary>Headers of driven requests that hold redaction tokens and that nobody supplied.</summary>
    public required IReadOnlyList<string> DroppedCredentials { get; init; }

    /// <summary>Hops that were driven with a token that was minted for the replay.</summary>
    public IReadOnlyList<string> Minted { get; init; } = [];

    /// <summary>Where services fetch the keys of minted tokens.</summary>
    public IReadOnlyList<BackgroundStub> KeySets { get; init; } = [];

    /// <summary>Live services that are asked for their protobuf types: they speak gRPC, and the sandbox file gives none.</summary>
    public IReadOnlyList<LiveTarget> Undescribed { get; init; } = [];

    /// <summary>How long after the end of the last driven answer the latest call was made in the recording; zero when all were made before.</summary>
    public required TimeSpan Lag { get; init; }

    /// <summary>Recorded calls of live services: when all were made, nothing more is expected.</summary>
    public required IReadOnlyList<string> Expected { get; init; }

    /// <summary>Writes the script.</summary>
    public static RunScript Of(RunInput input)
    {
        IReadOnlyList<RecordedCall> calls = [.. RecordedCalls.Of(input.Live.Answered, input.Live.Relayed, input.Body).Calls.Select(input.WhatIf.Change)];
        Dictionary<string, ReplayIds> names = input.Live.Drives.Concat(input.Live.Relayed).ToDictionary(call => call.Hop.Id, _ => input.Ids.Next());
        List<Drive> drives = [];
        List<string> incomplete = [];
        List<string> adjustments = [];
        List<string> dropped = [];
        List<string> minted = [];
        foreach (PlannedCall hop in input.Live.Drives)
        {
            byte[]? body = hop.Request?.Request is { } part ? input.Body(part) ?? (part.Body.KeptBytes == 0 ? [] : null) : null;
            if (TargetReader.RequestIncomplete(hop.Request, body) is { } why)
            {
                incomplete.Add($"{hop.Label}: {why}");
                continue;
            }

            (Exchange recorded, IReadOnlyList<string> notes) = MintedMessage.Request(hop.Request!, hop.Hop.Destination, input.Tokens);
            if (notes.Count > 0)
                minted.Add(hop.Hop.Id);
            (recorded, body) = input.WhatIf.Change(hop.Hop.Id, recorded, body!);
            WireRequest request = Request(hop, recorded, body, names[hop.Hop.Id], input);
            adjustments.AddRange(notes.Concat(request.Adjustments).Select(line => input.Live.Drives.Count == 1 ? line : $"{hop.Label}: {line}"));
            dropped.AddRange(request.DroppedCredentials);
            drives.Add(new Drive(hop.Hop.Id, hop.Label, hop.Hop.Destination, input.Ports[hop.Hop.Destination], request, input.Limit(hop)) { Edits = input.WhatIf.EditsOfRequest(hop.Hop.Id), After = AfterOf(hop.Request!, body, input.Body) });
        }

        Dictionary<string, ProxyPart> proxies = Proxies(input.Live, input.Body, input.JudgedHop);
        List<Drive> preludes = [];
        List<RecordedCall> earlier = [];
        foreach (RunPrelude prelude in input.Preludes)
        {
            earlier.AddRange(RecordedCalls.Of(prelude.Live.Answered, prelude.Live.Relayed, prelude.Body).Calls.Select(call => WithTokens(call, input.Tokens)));
            foreach (PlannedCall call in prelude.Live.Drives.Concat(prelude.Live.Relayed))
                names[call.Hop.Id] = input.Ids.Next();
            foreach ((string hop, ProxyPart part) in Proxies(prelude.Live, prelude.Body, judgedHop: null))
                proxies[hop] = part;
            foreach (PlannedCall hop in prelude.Live.Drives)
            {
                byte[]? body = hop.Request?.Request is { } part ? prelude.Body(part) ?? (part.Body.KeptBytes == 0 ? [] : null) : null;
                if (TargetReader.RequestIncomplete(hop.Request, body) is { } why)
                {
                    incomplete.Add($"{hop.Label} of the prelude: {why}");
                    continue;
                }

                WireRequest request = PreludeRequest(hop, body!, names[hop.Hop.Id], input);
                dropped.AddRange(request.DroppedCredentials);
                preludes.Add(new Drive(hop.Hop.Id, hop.Label, hop.Hop.Destination, input.Ports[hop.Hop.Destination], request, input.Limit(hop), IsBackground: true));
            }
        }

        HashSet<string> sent = [.. drives.Select(drive => drive.HopId)];
        return new RunScript
        {
            Plan = new StandInPlan
            {
                Calls = [.. earlier, .. calls.Select(call => WithTokens(call, input.Tokens))],
                Hops = names.SelectMany(pair => pair.Value.Keys.Select(key => (Key: key.ToString(), Hop: pair.Key))).ToDictionary(pair => pair.Key, pair => pair.Hop),
                Names = names,
                SpareNames = [.. Enumerable.Range(0, SpareNames).Select(_ => input.Ids.Next())],
                Drives = [.. preludes, .. input.Warm, .. drives],
                Serialise = input.Serialise,
                SpeaksHttp2 = input.Live.Answered.Concat(input.Live.Relayed).Any(call => call.Views.Any(view => view.Protocol is "HTTP/2")),
                Tls = input.Tls,
                Proxies = proxies,
                Routes = [.. Routes(input)],
                Background = [.. input.Tokens?.KeySets ?? [], .. input.Background],
                Links = input.Links,
                Everywhere = input.WhatIf.Everywhere,
                Assigned = input.Assigned,
                PlaysLatency = proxies.Values.Any(part => part.Limit is not null) || PlaysLatency(input, calls),
                RecordedKeys = [.. input.RecordedKeys, .. input.Preludes.SelectMany(prelude => prelude.RecordedKeys)],
            },
            Order = DriveOrder.Of([.. input.Live.Drives.Where(drive => sent.Contains(drive.Hop.Id))]),
            Incomplete = incomplete,
            Adjustments = adjustments,
            DroppedCredentials = [.. dropped.Distinct()],
            Minted = minted,
            KeySets = input.Tokens?.KeySets ?? [],
            Undescribed = [.. UndescribedIn(input)],
            Lag = LagOf(input.Live),
            Expected = [.. calls.Select(call => call.HopId)],
        };
    }

    private static WireRequest PreludeRequest(PlannedCall hop, byte[] body, ReplayIds names, RunInput input) =>
        Request(hop, MintedMessage.Request(hop.Request!, hop.Hop.Destination, input.Tokens).Recorded, body, names, input);

    private static WireRequest Request(PlannedCall hop, Exchange recorded, byte[] body, ReplayIds names, RunInput input) =>
        ReplayRequestBuilder.Build(recorded, body, names, input.Supplied(hop.Hop.Destination), input.Links.HeadersWithBoundTokens(hop.Hop.Id), isDirect: true);

    private static IReadOnlyList<int> AfterOf(Exchange seen, byte[] request, Func<HttpMessagePart, byte[]?> body) =>
        seen.Response is { } answer ? RequestFlow.Of(new Message(seen.Request!, request), new Message(answer, body(answer) ?? [])) : [];

    private static RecordedCall WithTokens(RecordedCall call, IMintedTokens? tokens) => call.Answer is { } answer
        ? call with { Answer = answer with { Part = answer.Part with { Headers = MintedMessage.Answer(answer.Part.Headers, call.Caller, tokens) } } }
        : call;

    private static Dictionary<string, ProxyPart> Proxies(LivePlan live, Func<HttpMessagePart, byte[]?> body, string? judgedHop) => live.Drives.Concat(live.Relayed)
        .Select(call => (call.Hop.Id, Part: ProxyParts.Of(call, call.Hop.Id == judgedHop, body)))
        .Where(pair => pair.Part is not null).ToDictionary(pair => pair.Id, pair => pair.Part!);

    // Behind a proxy all calls go to one address: then the authority alone says whom they are for.
    private static IEnumerable<LiveRoute> Routes(RunInput input) => input.Live.Relayed
        .SelectMany(call => call.Views.Select(view => (call.Hop.Source, Authority: view.Authority()?.ToLowerInvariant(), call.Hop.Destination)))
        .Where(route => route.Authority is { Length: > 0 })
        .GroupBy(route => (route.Source, route.Authority))
        // One authority that meant two services in the recording means neither for sure.
        .Where(group => group.Select(route => route.Destination).Distinct().Count() == 1)
        .Select(group => group.First())
        .Select(route => new LiveRoute(route.Source, route.Authority!, route.Destination, input.Ports[route.Destination]));

    private static IEnumerable<LiveTarget> UndescribedIn(RunInput input) => input.Live.Drives.Concat(input.Live.Relayed)
        .Where(call => call.Request?.Request?.Header("content-type")?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) is true)
        .Select(call => call.Hop.Destination).Distinct().Where(service => !input.Described.Contains(service))
        .Select(service => new LiveTarget(service, input.Ports[service]));

    // Time decides where somebody's patience ended, and where calls ran beside each other.
    private static bool PlaysLatency(RunInput input, IReadOnlyList<RecordedCall> calls) =>
        input.TargetIsBreak || calls.Any(one => calls.Any(other => one != other && one.CallerHopId == other.CallerHopId && one.Overlaps(other)));

    private static TimeSpan LagOf(LivePlan live)
    {
        if (live.Drives.Count == 0)
            return TimeSpan.Zero;
        DateTimeOffset answered = live.Drives.Max(drive => drive.Hop.StartedAt + TimeSpan.FromMilliseconds(drive.Hop.DurationMs ?? 0));
        DateTimeOffset latest = live.Answered.Concat(live.Relayed).Select(call => call.Hop.StartedAt).DefaultIfEmpty(answered).Max();
        return latest > answered ? latest - answered : TimeSpan.Zero;
    }
}

/// <summary>What a script is made from.</summary>
public sealed record RunInput
{
    /// <summary>Which hops are live.</summary>
    public required LivePlan Live { get; init; }

    /// <summary>Kept bytes of a recorded body; null when the pack lacks them.</summary>
    public required Func<HttpMessagePart, byte[]?> Body { get; init; }

    /// <summary>Live service → its port.</summary>
    public required IReadOnlyDictionary<string, int> Ports { get; init; }

    /// <summary>Longest wait for a driven hop.</summary>
    public required Func<PlannedCall, TimeSpan> Limit { get; init; }

    /// <summary>Fresh names.</summary>
    public required IReplayIdSource Ids { get; init; }

    /// <summary>Live service → the headers that a person supplied for it, name → value.</summary>
    public Func<string, IReadOnlyDictionary<string, string>> Supplied { get; init; } = static _ => new Dictionary<string, string>();

    /// <summary>Tokens that are minted for the replay; null without any.</summary>
    public IMintedTokens? Tokens { get; init; }

    /// <summary>Live services whose protobuf types the sandbox file gives.</summary>
    public IReadOnlySet<string> Described { get; init; } = new HashSet<string>();

    /// <summary>TLS that is ended for live services; null ends none.</summary>
    public TlsPart? Tls { get; init; }

    /// <summary>Names of the recorded traces.</summary>
    public IReadOnlyList<TraceKey> RecordedKeys { get; init; } = [];

    /// <summary>Written answers to calls that belong to no request.</summary>
    public IReadOnlyList<BackgroundStub> Background { get; init; } = [];

    /// <summary>Conversations that are replayed first and not judged: the state that they leave is what the services find.</summary>
    public IReadOnlyList<RunPrelude> Preludes { get; init; } = [];

    /// <summary>Live services that are given one request at a time.</summary>
    public IReadOnlyList<string> Serialise { get; init; } = [];

    /// <summary>Values that flow through the conversation.</summary>
    public RecordedLinks Links { get; init; } = RecordedLinks.None;

    /// <summary>The hop whose end decides; null when none does.</summary>
    public string? JudgedHop { get; init; }

    /// <summary>True when the judged hop ended by a time limit, an abort or a reset.</summary>
    public bool TargetIsBreak { get; init; }

    /// <summary>How ambiguous answers are handed out; empty leaves them ambiguous.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Assigned { get; init; } = [];

    /// <summary>Faults and edits.</summary>
    public WhatIfPlan WhatIf { get; init; } = WhatIfPlan.None;

    /// <summary>Requests that fill caches.</summary>
    public IReadOnlyList<Drive> Warm { get; init; } = [];
}

/// <summary>A conversation that is replayed before the one that is judged.</summary>
/// <param name="Live">Which of its hops are live.</param>
/// <param name="Body">Kept bytes of a recorded body; null when the pack lacks them.</param>
/// <param name="MessageOf">A recorded message with its body; null when it is gone.</param>
/// <param name="RecordedKeys">Names of its traces.</param>
public sealed record RunPrelude(LivePlan Live, Func<HttpMessagePart, byte[]?> Body, Func<HttpMessagePart?, Message?> MessageOf, IReadOnlyList<TraceKey> RecordedKeys);

/// <summary>Where a live service listens.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Port">Its port.</param>
public sealed record LiveTarget(string Service, int Port);
