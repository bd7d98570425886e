using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Protocol;

/// <summary>The first line that an agent reads.</summary>
/// <param name="Plan">What to run.</param>
/// <param name="StateFolder">The sandbox's folder on the host: logs, launch files, the dial-in socket.</param>
/// <param name="ControlGroups">Service → files to which its launcher writes its own process id, so that the limits of a control group hold for it.</param>
public sealed record AgentPlan(SandboxPlan Plan, string StateFolder, IReadOnlyDictionary<string, IReadOnlyList<string>> ControlGroups)
{
    /// <summary>False where the kernel gives no namespaces: then services run beside the agent and are told by their environment whom to call.</summary>
    public bool IsSealed { get; init; } = true;

    /// <summary>Folders in which the programs of dependencies are looked for, best first.</summary>
    public IReadOnlyList<string> ServerFolders { get; init; } = [];
}
