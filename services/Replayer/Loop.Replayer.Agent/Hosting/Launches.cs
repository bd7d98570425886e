using Loop.Replayer.Agent.Clock;
using Loop.Replayer.Agent.Launch;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>Starts programs through the launcher: services, dependencies, and the tools that make state. A key names one of them in the sandbox's folder.</summary>
internal sealed class Launches(AgentPlan plan, SandboxNetworks networks, ServiceClock clock, FreshFolders folders)
{
    private readonly ServiceTrust _trust = new(plan.Plan.TrustedAuthority, plan.IsSealed);

    /// <summary>The sandbox's folder.</summary>
    public string StateFolder => plan.StateFolder;

    /// <summary>How a service is launched; what runs in its place and surroundings starts from here too.</summary>
    public LaunchPlan ForService(SandboxService service, string key) => new()
    {
        Service = service.Name,
        Command = service.Command,
        WorkFolder = service.WorkFolder,
        WorkSource = folders.Of(service),
        UserId = service.UserId,
        IsSealed = plan.IsSealed,
        Environment = clock.Environment(_trust.Environment(networks.EnvironmentOf(service))),
        Folders = service.Folders,
        Files = clock.Files(_trust.Files(service.Files)),
        HiddenSockets = UnixSockets.OfTheHost(),
        ControlGroups = plan.ControlGroups.GetValueOrDefault(service.Name, []),
        Root = StateFiles.Root(plan.StateFolder, key),
        Log = StateFiles.Log(plan.StateFolder, key),
        Failure = StateFiles.LaunchFailure(plan.StateFolder, key),
    };

    /// <summary>How a dependency and its tools are launched: they see their own data, and no limits of a service hold for them.</summary>
    public LaunchPlan ForDependency(DependencyPlan dependency, string key, IReadOnlyList<string> command, string? folder, int user) => new()
    {
        Service = dependency.Name,
        Command = command,
        WorkFolder = StateFiles.Data(plan.StateFolder, dependency.Name),
        WorkSource = StateFiles.Data(plan.StateFolder, dependency.Name),
        UserId = user,
        IsSealed = plan.IsSealed,
        // A database has the clock of those who use it.
        Environment = clock.Environment(dependency.Environment),
        Folders = folder is null ? [] : [folder],
        Files = clock.Files(new Dictionary<string, byte[]>()),
        HiddenSockets = UnixSockets.OfTheHost(),
        ControlGroups = [],
        Root = StateFiles.Root(plan.StateFolder, key),
        Log = StateFiles.Log(plan.StateFolder, key),
        Failure = StateFiles.LaunchFailure(plan.StateFolder, key),
    };

    /// <summary>Starts a program in the network of a service.</summary>
    public async Task<ChildProcess> Start(string service, string key, LaunchPlan launch)
    {
        Directory.CreateDirectory(launch.Root);
        await File.WriteAllTextAsync(StateFiles.Launch(plan.StateFolder, key), AgentLine.Write(launch, LaunchJson.Default.LaunchPlan));
        ChildProcess process = await networks.Of(service).Run(() => StartProcess(key));
        process.Watch();
        return process;
    }

    private ChildProcess StartProcess(string key)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("The agent does not know its own path.");
        // The launcher needs what .NET needs to start, no more: not even a diagnostics socket, which would lie in the host's /tmp.
        List<string> environment = ["DOTNET_EnableDiagnostics=0", "DOTNET_TieredPGO=0"];
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } dotnetRoot)
            environment.Add("DOTNET_ROOT=" + dotnetRoot);
        string[] command = [self, AgentProgram.LaunchMode, StateFiles.Launch(plan.StateFolder, key)];
        return plan.IsSealed ? ChildProcess.StartInNamespace(command, environment) : ChildProcess.StartPlainly(command, environment);
    }
}
