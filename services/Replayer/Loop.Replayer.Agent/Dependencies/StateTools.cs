using Loop.Replayer.Agent.Hosting;
using Loop.Replayer.Agent.Launch;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>Runs the programs that make state. What they write goes to the log of whose state it is.</summary>
internal sealed class StateTools(SandboxPlan plan, Launches launches, TimeProvider time)
{
    private const int Kill = 9;
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>The key under which the tools of a service or a dependency are launched; no name has a '+'.</summary>
    public static string KeyOf(string owner) => owner + "+state";

    /// <summary>Runs one program to its end.</summary>
    /// <param name="service">In whose network it runs.</param>
    /// <param name="owner">The service or dependency whose state it makes.</param>
    /// <param name="launch">The program, launched under <see cref="KeyOf"/>.</param>
    /// <param name="cancellationToken">The sandbox ends.</param>
    /// <returns>Null when it ended well; else how it ended, with its last words.</returns>
    public async Task<string?> Run(string service, string owner, LaunchPlan launch, CancellationToken cancellationToken)
    {
        ChildProcess process = await launches.Start(service, KeyOf(owner), launch);
        string how;
        try
        {
            int exitCode = await process.Exited.WaitAsync(plan.StateLimit, time, cancellationToken);
            how = exitCode switch
            {
                0 => "",
                > 128 => $"{launch.Command[0]} was ended by signal {exitCode - 128}",
                _ => $"{launch.Command[0]} ended with exit code {exitCode}",
            };
        }
        catch (TimeoutException)
        {
            how = $"{launch.Command[0]} did not end within {plan.StateLimit.TotalSeconds:0.#} s";
        }
        finally
        {
            process.Signal(Kill);
            await process.Exited.WaitAsync(KillLimit, time, CancellationToken.None);
        }

        string reason = how.Length == 0 ? "" : $"{how}. {LastWords.Of(launch)}";
        await MoveLog(launch.Log, StateFiles.Log(launches.StateFolder, owner), cancellationToken);
        return reason.Length == 0 ? null : reason;
    }

    // A dependency writes to its own log at the same time; both only append.
    private static async Task MoveLog(string from, string to, CancellationToken cancellationToken)
    {
        if (!File.Exists(from))
            return;
        await using (FileStream source = File.OpenRead(from))
        await using (FileStream target = new(to, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            await source.CopyToAsync(target, cancellationToken);
        File.Delete(from);
    }
}
