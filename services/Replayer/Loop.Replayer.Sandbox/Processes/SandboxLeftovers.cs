using System.Diagnostics;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>
/// Finds sandboxes whose replayer was killed. Their agents end by themselves, with everything in them, when the control channel ends; what
/// remains are folders, control groups and, in the worst case, an agent that hangs.
/// </summary>
internal static class SandboxLeftovers
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>Names the replayer that made the sandbox; written before anything runs.</summary>
    public static string OwnerFile(string folder) => Path.Combine(folder, "owner");

    /// <summary>Names the process that the replayer started: with it, the kernel ends the whole sandbox.</summary>
    public static string AgentFile(string folder) => Path.Combine(folder, "agent");

    public static async Task<int> Sweep(string stateRoot, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(stateRoot))
            return 0;
        int ended = 0;
        foreach (string folder in Directory.EnumerateDirectories(stateRoot))
        {
            // One without an owner is being made this moment, or was being removed when its replayer was killed.
            if (ProcessMark.Read(OwnerFile(folder)) is { } owner ? owner.IsAlive : !SandboxFolder.IsEnded(folder))
                continue;
            if (ProcessMark.Read(AgentFile(folder)) is { IsAlive: true } agent)
                await Kill(agent, time, cancellationToken);
            ControlGroups.Remove(folder);
            await SandboxFolder.Remove(folder, time);
            ended++;
        }

        return ended;
    }

    private static async Task Kill(ProcessMark agent, TimeProvider time, CancellationToken cancellationToken)
    {
        using Process process = Process.GetProcessById(agent.Id);
        process.Kill();
        await process.WaitForExitAsync(cancellationToken).WaitAsync(KillLimit, time, cancellationToken);
    }
}
