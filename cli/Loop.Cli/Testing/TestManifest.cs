using System.Text.Json.Serialization;
using Loop.Contracts.Replays;

namespace Loop.Cli.Testing;

/// <summary>What a test folder asks for and what it expects: <c>loop-test.json</c>. Layout: <c>docs/formats/test-folder.md</c>.</summary>
internal sealed record TestManifest
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "loop-test.json";

    /// <summary>What <see cref="Format"/> says.</summary>
    public const string FormatName = "loop-test";

    /// <summary>The newest version that is read. It is written only where the plan asks for what version 1 does not know, so that an earlier Loop reads all others.</summary>
    public const int CurrentVersion = 2;

    /// <summary><see cref="FormatName"/>.</summary>
    public required string Format { get; init; }

    /// <summary>Version of the layout, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Conversation that is replayed.</summary>
    public required string Conversation { get; init; }

    /// <summary>The verdict that passes: <c>fixed</c> or <c>reproduced</c>.</summary>
    public required string Expect { get; init; }

    /// <summary>How it is replayed.</summary>
    public required TestPlan Plan { get; init; }

    /// <summary>Every conversation that the replay needs, that one too.</summary>
    public required IReadOnlyList<TestConversation> Conversations { get; init; }

    /// <summary>Data that the sandbox file names.</summary>
    public IReadOnlyList<TestFile> Files { get; init; } = [];

    /// <summary>Proofs that the failure happens under this plan; without one nothing is ever fixed.</summary>
    public IReadOnlyList<ReplayBaseline> Baselines { get; init; } = [];

    /// <summary>What was learned to vary, and is not compared by value; null when everything is. Since version 2.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestNoise? Noise { get; init; }

    /// <summary>How long the replay took when the test was kept, seconds: for the first estimate.</summary>
    public double UsualSeconds { get; init; }
}

/// <summary>How a test is replayed, beside its sandbox file.</summary>
internal sealed record TestPlan
{
    /// <summary>Services that run.</summary>
    public required IReadOnlyList<string> Live { get; init; }

    /// <summary>Conversations that are replayed before it, in order, and not judged.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Hop at and below which is driven; null for the whole conversation.</summary>
    public string? Hop { get; init; }

    /// <summary>Hop that is judged; null for the one that failed by itself.</summary>
    public string? Judge { get; init; }

    /// <summary>The asserted wrong value; null without one.</summary>
    public string? Wrong { get; init; }

    /// <summary>What should stand there; null when nobody said.</summary>
    public string? Expect { get; init; }

    /// <summary>Runs; with <see cref="Permute"/>, of each way.</summary>
    public required int Times { get; init; }

    /// <summary>Every way to hand out answers to equal calls of one time is tried. Since version 2.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Permute { get; init; }
}

/// <summary>A conversation of a test folder.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Role"><c>failing</c>, <c>control</c>, <c>prelude</c> or <c>background</c>.</param>
/// <param name="File">Path relative to the folder.</param>
/// <param name="Sha256">SHA-256 of the file, lower-case hex.</param>
internal sealed record TestConversation(string Id, string Role, string File, string Sha256);

/// <summary>A further file of a test folder.</summary>
/// <param name="File">Path relative to the folder.</param>
/// <param name="Sha256">SHA-256 of the file, lower-case hex.</param>
internal sealed record TestFile(string File, string Sha256);

/// <summary>The noise mask of a test folder.</summary>
/// <param name="File">Path relative to the folder: a <see cref="GivenNoise"/>.</param>
/// <param name="Sha256">SHA-256 of the file, lower-case hex.</param>
internal sealed record TestNoise(string File, string Sha256);

/// <summary>What counts as passed.</summary>
internal static class TestExpectation
{
    /// <summary>The names that a manifest may hold.</summary>
    public static readonly IReadOnlyDictionary<string, Verdict> Verdicts = new Dictionary<string, Verdict>
    {
        ["fixed"] = Verdict.Fixed,
        ["reproduced"] = Verdict.Reproduced,
    };
}
