using Loop.Contracts.Replays;

namespace Loop.Cli.Testing;

/// <summary>What a server is asked for a test.</summary>
internal static class TestReplay
{
    /// <summary>The replay of a folder.</summary>
    /// <param name="folder">What is asked for.</param>
    /// <param name="sandbox">Absolute path of the sandbox file.</param>
    /// <param name="build">Git revision of the builds under test; null leaves what the file names.</param>
    public static ReplayRequest Of(TestFolder folder, string sandbox, string? build) => new()
    {
        Conversation = folder.Manifest.Conversation,
        Hop = folder.Manifest.Plan.Hop,
        Sandbox = new SandboxReplay
        {
            File = sandbox,
            Live = folder.Manifest.Plan.Live,
            Before = folder.Manifest.Plan.Before,
            Judge = folder.Manifest.Plan.Judge,
            Wrong = folder.Manifest.Plan.Wrong,
            Expect = folder.Manifest.Plan.Expect,
            Times = folder.Manifest.Plan.Times,
            Permute = folder.Manifest.Plan.Permute,
            NoiseMask = folder.ReadNoise(),
            Build = build,
            Baselines = folder.Manifest.Baselines,
        },
    };
}
