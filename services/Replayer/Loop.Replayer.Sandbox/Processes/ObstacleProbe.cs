using System.Diagnostics;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>Asks the kernel for what a sealed sandbox needs by making an empty one: the only answer that holds.</summary>
internal static class ObstacleProbe
{
    public static async Task<string?> Find(ProcessSandboxOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            return "A sealed sandbox of processes needs Linux.";
        if (!File.Exists(options.AgentPath))
            return $"The sandbox's agent is not at {options.AgentPath}.";
        if (options.IsSealed && !await Exists("unshare"))
            return "The program unshare is not on the PATH: install util-linux.";
        string empty = Directory.CreateTempSubdirectory("loop-probe-").FullName;
        SandboxService nothing = new() { Name = "probe", Command = ["/bin/true"], WorkFolder = empty, Port = 1 };
        try
        {
            ISandbox sandbox = await new ProcessSandboxDriver(options, time).Prepare(new SandboxPlan { Services = [nothing] }, cancellationToken);
            await using (sandbox)
            {
                // The program ends at once; everything before it is what is asked here.
                return await sandbox.Start(cancellationToken) is { Kind: SandboxFailureKind.NotSealed or SandboxFailureKind.AgentLost } failure ? failure.Reason : null;
            }
        }
        catch (SandboxException error)
        {
            return error.Message;
        }
        finally
        {
            Directory.Delete(empty);
        }
    }

    private static async Task<bool> Exists(string program)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            await process.WaitForExitAsync();
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
