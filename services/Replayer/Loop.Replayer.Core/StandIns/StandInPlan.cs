using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.Mesh;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Tls;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Core.StandIns;

/// <summary>What the sandbox of one run plays; written by the replayer, read by the agent.</summary>
public sealed record StandInPlan
{
    /// <summary>The calls that live services made, to recorded ones and to live ones.</summary>
    public required IReadOnlyList<RecordedCall> Calls { get; init; }

    /// <summary>Each name of the trace of a live hop → that hop.</summary>
    public required IReadOnlyDictionary<string, string> Hops { get; init; }

    /// <summary>Live hop → the names under which it travels: each has a trace of its own, so that what its service calls can be told from what others call.</summary>
    public IReadOnlyDictionary<string, ReplayIds> Names { get; init; } = new Dictionary<string, ReplayIds>();

    /// <summary>Names for live hops that were not recorded.</summary>
    public IReadOnlyList<ReplayIds> SpareNames { get; init; } = [];

    /// <summary>Requests that are sent into live services on command.</summary>
    public IReadOnlyList<Drive> Drives { get; init; } = [];

    /// <summary>Live hop → what the proxies between did to it that is done again.</summary>
    public IReadOnlyDictionary<string, ProxyPart> Proxies { get; init; } = new Dictionary<string, ProxyPart>();

    /// <summary>Which authorities mean a live service.</summary>
    public IReadOnlyList<LiveRoute> Routes { get; init; } = [];

    /// <summary>Written answers to calls that belong to no request.</summary>
    public IReadOnlyList<BackgroundStub> Background { get; init; } = [];

    /// <summary>True when calls came over HTTP/2: its server takes a while to start.</summary>
    public bool SpeaksHttp2 { get; init; }

    /// <summary>TLS that is ended for live services; null ends none.</summary>
    public TlsPart? Tls { get; init; }

    /// <summary>Live services that are given one request at a time.</summary>
    public IReadOnlyList<string> Serialise { get; init; } = [];

    /// <summary>Values that were born in one message and used in later ones.</summary>
    public RecordedLinks Links { get; init; } = RecordedLinks.None;

    /// <summary>Faults in every call to a service, the narrowest first: for calls that were not recorded.</summary>
    public IReadOnlyList<ServiceFault> Everywhere { get; init; } = [];

    /// <summary>Per group of equal calls that were answered differently at the same time: the recorded hops in the order in which calls take their answers. Empty leaves them ambiguous.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Assigned { get; init; } = [];

    /// <summary>True when answers come with their recorded delay and in their recorded order.</summary>
    public bool PlaysLatency { get; init; }

    /// <summary>Longest answer that is carried or taken, in bytes.</summary>
    public int AnswerLimitBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The names of the recorded traces; with those of <see cref="Hops"/> they are masked before calls are matched.</summary>
    public IReadOnlyList<TraceKey> RecordedKeys { get; init; } = [];

    /// <summary>Names in lower case of the headers that tell calls apart.</summary>
    public IReadOnlyList<string> DeclaredHeaders { get; init; } = [];

    /// <summary>Reads calls as this run identifies them.</summary>
    public CallReader Reader()
    {
        IEnumerable<TraceKey> own = Hops.Keys.Concat(SpareNames.SelectMany(names => names.Keys).Select(key => key.ToString())).Select(text => TraceKey.TryParse(text, out TraceKey key) ? key : (TraceKey?)null).OfType<TraceKey>();
        return new CallReader(DeclaredHeaders, RunMask.Over([.. RecordedKeys, .. own]).Apply);
    }
}

/// <summary>A request that is sent into a live service: the root of a live subtree, or one that fills caches.</summary>
/// <param name="HopId">The recorded hop, or a name of the run's own.</param>
/// <param name="Label">In words.</param>
/// <param name="Service">The live service that gets it.</param>
/// <param name="Port">Its port.</param>
/// <param name="Request">What is sent.</param>
/// <param name="Limit">Longest wait for the end of the answer.</param>
/// <param name="IsBackground">True when nothing that follows from it decides.</param>
public sealed record Drive(string HopId, string Label, string Service, int Port, WireRequest Request, TimeSpan Limit, bool IsBackground = false)
{
    /// <summary>What was set in <see cref="Request"/> by hand, as typed.</summary>
    public IReadOnlyList<string> Edits { get; init; } = [];

    /// <summary>For each message of a gRPC stream the messages of its answer that come before it; empty sends all of them at once.</summary>
    public IReadOnlyList<int> After { get; init; } = [];
}

/// <summary>An authority that means a live service.</summary>
/// <param name="Caller">Service that uses it.</param>
/// <param name="Authority">As its requests name it, lower case.</param>
/// <param name="Service">The live service.</param>
/// <param name="Port">Its port.</param>
public sealed record LiveRoute(string Caller, string Authority, string Service, int Port);

/// <summary>A written answer to calls that belong to no request.</summary>
/// <param name="Caller">Service that calls; null means any.</param>
/// <param name="Method">Method.</param>
/// <param name="Authority">Host, with the port when one is named, lower case.</param>
/// <param name="Path">Path with query; one that ends in <c>*</c> means all that begin so.</param>
/// <param name="Status">Status.</param>
/// <param name="Headers">Headers.</param>
/// <param name="Body">Body.</param>
public sealed record BackgroundStub(string? Caller, string Method, string Authority, string Path, int Status, IReadOnlyList<HeaderField> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>True for a call that it answers.</summary>
    public bool Answers(string caller, string method, string authority, string target) =>
        (Caller is null || Caller == caller) && Method == method && Authority == authority
        && (Path.EndsWith('*') ? target.StartsWith(Path[..^1], StringComparison.Ordinal) : Path == target);
}
