using Loop.Contracts.Replays;

namespace Loop.Cli.Testing;

/// <summary>What a server is asked for a test.</summary>
internal static class TestReplay
{
    /// <summary>The replay of a manifest.</summary>
    /// <param name="manifest">What the folder asks for.</param>
    /// <param name="sandbox">Absolute path of the sandbox file.</param>
    /// <param name="build">Git revision of the builds under test; null leaves what the file names.</param>
    public static ReplayRequest Of(TestManifest manifest, string sandbox, string? build) => new()
    {
        Conversation = manifest.Conversation,
        Hop = manifest.Plan.Hop,
        Sandbox = new SandboxReplay
        {
            File = sandbox,
            Live = manifest.Plan.Live,
            Before = manifest.Plan.Before,
            Judge = manifest.Plan.Judge,
            Wrong = manifest.Plan.Wrong,
            Expect = manifest.Plan.Expect,
            Times = manifest.Plan.Times,
            Build = build,
            Baselines = manifest.Baselines,
        },
    };
}
