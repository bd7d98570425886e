using System.Text.Json;

namespace Loop.Contracts.Replays;

/// <summary>Body of <c>POST /api/v1/replays</c>.</summary>
public sealed record ReplayRequest
{
    /// <summary>Conversation id or unique prefix (≥ 4 characters).</summary>
    public required string Conversation { get; init; }

    /// <summary><c>host:port</c> or an http(s) URL; loopback, or allowed by <c>Loop:Replay:AllowedDestinations</c>. Null for a replay in a sandbox.</summary>
    public string? Destination { get; init; }

    /// <summary>Replays in a sandbox; null for a replay against <see cref="Destination"/>. Exactly one of the two is given.</summary>
    public SandboxReplay? Sandbox { get; init; }

    /// <summary>Hop to send: its id or its number; null for the only root. In a sandbox only what lies below it is driven; null drives the whole conversation.</summary>
    public string? Hop { get; init; }

    /// <summary>Headers to set, also those that were redacted: name → value.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Longest wait for the answer, seconds; null means max(30 s, 3 × recorded).</summary>
    public double? TimeoutSeconds { get; init; }
}

/// <summary>A replay in a sandbox: real copies of some services, every other one answered from the recording.</summary>
public sealed record SandboxReplay
{
    /// <summary>
    /// Absolute path of the sandbox file on the replayer's machine. It names programs that the replayer starts, so the replayer reads only files that
    /// belong to its own user (or root) and that nobody else may write.
    /// </summary>
    public required string File { get; init; }

    /// <summary>Services of the file to run; empty runs all that the file does not answer from the recording.</summary>
    public IReadOnlyList<string> Live { get; init; } = [];

    /// <summary>Services of the file to answer from the recording all the same.</summary>
    public IReadOnlyList<string> Recorded { get; init; } = [];

    /// <summary>
    /// Conversations that are replayed first in the same sandbox, in this order, and not judged: a login, then a filled basket. Ids or unique prefixes. What their
    /// live answers hold (a session's cookie, an id) is what later requests are sent with.
    /// </summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Hop to judge instead of the origin: its number, its id, its name, or its service when that was called once.</summary>
    public string? Judge { get; init; }

    /// <summary>Runs, 1 to 100, each with fresh processes and fresh state.</summary>
    public int Times { get; init; } = 1;

    /// <summary>
    /// Runs from which it is learned what varies in every run, before the judged ones: 5 to 100, or 0 for none. They need the build that was recorded, and a
    /// clock that can be set.
    /// </summary>
    public int LearnNoise { get; init; }

    /// <summary>Id of a replay that learned what varies; its mask holds here too. Not together with <see cref="LearnNoise"/>.</summary>
    public string? Noise { get; init; }

    /// <summary>
    /// A mask that another store holds, as <c>GET /api/v1/replays/{id}/noise</c> told it there: a test that was kept brings its own. Used as strictly as one of this
    /// store. Null without one; not together with <see cref="LearnNoise"/> or <see cref="Noise"/>.
    /// </summary>
    public GivenNoise? NoiseMask { get; init; }

    /// <summary>A wrong value in a healthy answer that is judged: <c>HOP response $.path</c>.</summary>
    public string? Wrong { get; init; }

    /// <summary>What <see cref="Wrong"/> should be, as JSON or a word; null when nobody said.</summary>
    public string? Expect { get; init; }

    /// <summary>Git revision of the builds that run now: takes the place of every <c>build: { git }</c> and <c>{ image }</c> of the file, which was written for an earlier one. Null leaves the file's.</summary>
    public string? Build { get; init; }

    /// <summary>Proofs that another store holds, as <c>POST /api/v1/replays/check</c> told them there: a test that was kept brings its own. Null without one.</summary>
    public IReadOnlyList<ReplayBaseline>? Baselines { get; init; }

    /// <summary>Tries every way to hand out answers where equal calls were answered differently at the same time, at most 6, each with as many runs as <see cref="Times"/> says.</summary>
    public bool Permute { get; init; }

    /// <summary>Faults to put into answers: <c>payments#2 delay=3s</c>, <c>payments status=503</c>, <c>cart#1 reset</c>, <c>cart truncate=100</c>.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Values to set in recorded answers or driven requests: <c>payments#1 response $.total=0</c>, <c>entry request header x-tenant=b</c>.</summary>
    public IReadOnlyList<string> Edits { get; init; } = [];
}

/// <summary>What an earlier replay learned to vary, given along: <c>GET /api/v1/replays/{id}/noise</c>.</summary>
/// <param name="LearnedBy">Id of the replay that learned it.</param>
/// <param name="Runs">Runs that it was learned from.</param>
/// <param name="Mask">The route, build and plan that it holds for, and each place with what all values there have in common.</param>
public sealed record GivenNoise(string LearnedBy, int Runs, JsonElement Mask);
