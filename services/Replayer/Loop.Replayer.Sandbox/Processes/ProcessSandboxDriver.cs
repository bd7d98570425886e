using System.Security.Cryptography;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>Makes sandboxes out of processes and Linux namespaces, with and without root. See <c>docs/decisions</c> for the choices.</summary>
public sealed class ProcessSandboxDriver(ProcessSandboxOptions options, TimeProvider time) : ISandboxDriver
{
    /// <summary>A driver that seals where this machine can, and says why where it cannot. Asks the machine, so it takes a second.</summary>
    public static async Task<ProcessSandboxDriver> Choose(ProcessSandboxOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ProcessSandboxDriver driver = new(options, time);
        if (await driver.FindObstacle(cancellationToken) is { } obstacle)
            options.UnsealedReason = obstacle;
        return driver;
    }

    /// <inheritdoc/>
    public string Name => "process";

    /// <inheritdoc/>
    public Task<string?> FindObstacle(CancellationToken cancellationToken) => ObstacleProbe.Find(options, time, cancellationToken);

    /// <inheritdoc/>
    public async Task<ISandbox> Prepare(SandboxPlan plan, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            throw new SandboxException("A sandbox of processes needs Linux.");
        SandboxPlanRules.Check(plan, options.IsSealed);
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));
        string folder = OwnedFolder.Make(options.StateRoot, id);
        AgentProcess? agent = null;
        try
        {
            IReadOnlyDictionary<string, IReadOnlyList<string>> groups = ControlGroups.Create(plan, id, folder);
            agent = AgentProcess.Start(options.AgentPath, StateFiles.AgentLog(folder), options.IsSealed);
            if (ProcessMark.Of(agent.ProcessId) is { } mark)
                await File.WriteAllTextAsync(SandboxLeftovers.AgentFile(folder), mark.ToString(), cancellationToken);
            await agent.Send(AgentLine.Write(new AgentPlan(plan, folder, groups) { IsSealed = options.IsSealed, ServerFolders = options.ServerFolders }, AgentJson.Default.AgentPlan), cancellationToken);
        }
        catch
        {
            if (agent is not null)
            {
                agent.Kill();
                await agent.DisposeAsync();
            }

            ControlGroups.Remove(folder);
            Directory.Delete(folder, recursive: true);
            throw;
        }

        ProcessSandbox sandbox = new(id, folder, plan, agent, options, time);
        try
        {
            await sandbox.AwaitPrepared(cancellationToken);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<int> Sweep(CancellationToken cancellationToken) => SandboxLeftovers.Sweep(options.StateRoot, time, cancellationToken);
}
