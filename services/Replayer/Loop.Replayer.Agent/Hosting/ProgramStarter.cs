using Loop.Replayer.Agent.Clock;
using Loop.Replayer.Agent.Launch;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>Starts programs in the place of a service: its namespaces, its files, its environment, its clock.</summary>
internal sealed class ProgramStarter(AgentPlan plan, SandboxNetworks networks, ServiceClock clock)
{
    /// <summary>Starts a program. The process is not watched yet.</summary>
    /// <param name="service">Whose place, and what is started in it.</param>
    /// <param name="files">The name under which launch plan, log and limits are kept: that of the service, for the service itself.</param>
    public Task<ChildProcess> Start(SandboxService service, string files)
    {
        WriteLaunchPlan(service, files);
        return networks.Of(service.Name).Run(() => StartLauncher(files));
    }

    private ChildProcess StartLauncher(string files)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("The agent does not know its own path.");
        // The launcher needs what .NET needs to start, no more: not even a diagnostics socket, which would lie in the host's /tmp.
        List<string> environment = ["DOTNET_EnableDiagnostics=0", "DOTNET_TieredPGO=0"];
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } dotnetRoot)
            environment.Add("DOTNET_ROOT=" + dotnetRoot);
        string[] command = [self, AgentProgram.LaunchMode, StateFiles.Launch(plan.StateFolder, files)];
        return plan.IsSealed ? ChildProcess.StartInNamespace(command, environment) : ChildProcess.StartPlainly(command, environment);
    }

    private void WriteLaunchPlan(SandboxService service, string files)
    {
        LaunchPlan launch = new()
        {
            Service = service.Name,
            Command = service.Command,
            WorkFolder = service.WorkFolder,
            IsSealed = plan.IsSealed,
            Environment = clock.Environment(networks.EnvironmentOf(service)),
            Folders = service.Folders,
            Files = clock.Files(service.Files),
            HiddenSockets = UnixSockets.OfTheHost(),
            ControlGroups = plan.ControlGroups.GetValueOrDefault(files, []),
            Root = StateFiles.Root(plan.StateFolder, files),
            Log = StateFiles.Log(plan.StateFolder, files),
            Failure = StateFiles.LaunchFailure(plan.StateFolder, files),
        };
        Directory.CreateDirectory(launch.Root);
        File.WriteAllText(StateFiles.Launch(plan.StateFolder, files), AgentLine.Write(launch));
    }
}
