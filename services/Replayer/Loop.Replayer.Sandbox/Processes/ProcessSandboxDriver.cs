using System.Globalization;
using System.Security.Cryptography;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>Makes sandboxes out of processes and Linux namespaces, with and without root. See <c>docs/decisions</c> for the choices.</summary>
public sealed class ProcessSandboxDriver(ProcessSandboxOptions options, TimeProvider time) : ISandboxDriver
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <inheritdoc/>
    public string Name => "process";

    /// <inheritdoc/>
    public Task<string?> FindObstacle(CancellationToken cancellationToken) => ObstacleProbe.Find(options, time, cancellationToken);

    /// <inheritdoc/>
    public async Task<ISandbox> Prepare(SandboxPlan plan, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            throw new SandboxException("A sandbox of processes needs Linux.");
        SandboxPlanRules.Check(plan);
        Directory.CreateDirectory(options.StateRoot, OwnerOnly);
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));
        string folder = Directory.CreateDirectory(Path.Combine(options.StateRoot, id), OwnerOnly).FullName;
        AgentProcess agent = AgentProcess.Start(options.AgentPath, StateFiles.AgentLog(folder));
        ProcessSandbox sandbox = new(id, folder, plan, agent, options, time);
        try
        {
            await File.WriteAllTextAsync(SandboxLeftovers.ProcessFile(folder), agent.ProcessId.ToString(CultureInfo.InvariantCulture), cancellationToken);
            await agent.Send(AgentLine.Write(new AgentPlan(plan, folder, new Dictionary<string, IReadOnlyList<string>>())), cancellationToken);
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
