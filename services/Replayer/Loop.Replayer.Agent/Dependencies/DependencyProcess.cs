using System.Net.Sockets;
using System.Text;
using Loop.Replayer.Agent.Hosting;
using Loop.Replayer.Agent.Launch;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>One dependency: started in the network of its service, filled, watched, ended.</summary>
internal sealed class DependencyProcess(AgentPlan plan, DependencyPlan dependency, SandboxNetworks networks, Launches launches, StateTools tools, Action<SandboxObservation> observe, TimeProvider time)
{
    // PostgreSQL refuses user 0. "nobody" has a name on every machine, which it asks for.
    private const int Nobody = 65534;
    private const int Kill = 9;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5), KillLimit = TimeSpan.FromSeconds(10);
    private DependencyServer? _server;
    private ChildProcess? _process;
    private volatile bool _isStopping;

    /// <summary>Returns null when the server is ready and filled.</summary>
    public async Task<SandboxFailure?> Start(CancellationToken cancellationToken)
    {
        try
        {
            if (ServerPrograms.Find(dependency.Kind, plan.ServerFolders) is not { } programs)
                return Failed(ServerPrograms.Missing(dependency.Kind));
            _server = DependencyServer.Of(dependency, networks.DependencyPorts.Of(dependency), programs);
            StateStep[] seeds = [.. Seeds()];
            StateDump? atStart = Provide(_server, seeds);
            LaunchPlan launch = Launch(dependency.Name, _server.Command, programs);
            _process = await launches.Start(dependency.Service, dependency.Name, launch);
            if (await AwaitReady(_server, _process, launch, cancellationToken) is { } reason)
                return atStart is null ? Failed(reason) : SeedFailed($"the server starts from {atStart.File}, and {reason}");
            foreach (StateStep seed in seeds.Where(seed => !ReferenceEquals(seed, atStart)))
            {
                if (await Apply(_server, seed, programs, cancellationToken) is { } fault)
                    return SeedFailed(fault);
            }

            _ = Watch(_process);
            return null;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Failed(error.Message);
        }
    }

    /// <summary>Returns when the server has ended.</summary>
    public async Task Stop()
    {
        _isStopping = true;
        if (_process is not { } process)
            return;
        // Sealed, all its processes end with the first one. Else those of PostgreSQL are in sessions of their own, and only it can end them.
        if (!plan.IsSealed)
        {
            process.Signal(_server!.EndSignal);
            await EndsWithin(process, EndLimit);
        }

        process.Signal(Kill);
        await EndsWithin(process, KillLimit);
    }

    private IEnumerable<StateStep> Seeds() =>
    [
        .. dependency.Seed is { } own ? new[] { own } : [],
        .. from service in plan.Plan.Services
           from step in service.State
           where step is StateStatements or StateDump && DependencyAddress.TargetOf(plan.Plan, service, step)?.Name == dependency.Name
           select step,
    ];

    // Makes the data folder, with the dump in it that the server loads by itself.
    private StateDump? Provide(DependencyServer server, StateStep[] seeds)
    {
        string folder = StateFiles.Data(plan.StateFolder, dependency.Name);
#pragma warning disable CA1416 // The agent runs on Linux only.
        Directory.CreateDirectory(folder, OwnerOnly);
#pragma warning restore CA1416
        foreach (StateDump dump in seeds.OfType<StateDump>())
        {
            if (server.NameAtStart(dump.File) is not { } name)
                continue;
            File.Copy(dump.File, Path.Combine(folder, name));
            return dump;
        }

        return null;
    }

    private async Task<string?> AwaitReady(DependencyServer server, ChildProcess process, LaunchPlan launch, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(plan.Plan.ReadyLimit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            while (!process.Exited.IsCompleted)
            {
                if (await Answers(server, either.Token))
                    return null;
                await Task.WhenAny(process.Exited, Task.Delay(Interval, time, either.Token));
                either.Token.ThrowIfCancellationRequested();
            }

            return $"it ended with exit code {await process.Exited} before it was ready. {LastWords.Of(launch)}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"it did not answer within {plan.Plan.ReadyLimit.TotalSeconds:0.#} s. {LastWords.Of(launch)}";
        }
    }

    private async Task<bool> Answers(DependencyServer server, CancellationToken cancellationToken)
    {
        try
        {
            using Socket connection = await networks.Connect(dependency.Service, networks.DependencyPorts.Of(dependency), cancellationToken);
            return await server.Prepare(connection, cancellationToken);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            // Nobody listens yet, or the listener has gone again.
            return false;
        }
    }

    private async Task<string?> Apply(DependencyServer server, StateStep seed, string programs, CancellationToken cancellationToken)
    {
        string key = StateTools.KeyOf(dependency.Name);
        if (seed is StateCommand command)
        {
            LaunchPlan own = launches.ForService(plan.Plan.Services.Single(service => service.Name == dependency.Service), key);
            // The service's own settings win: it may know the server by another name.
            Dictionary<string, string> environment = new(server.ClientVariables);
            foreach ((string name, string value) in own.Environment)
                environment[name] = value;
            return await tools.Run(dependency.Service, dependency.Name, own with { Command = command.Command, Environment = environment }, cancellationToken);
        }

        string? dump = (seed as StateDump)?.File;
        if (dump is not null && server.NameAtStart(dump) is not null)
            return $"{dump} can only be loaded at the start, and another dump is.";
        string input = dump ?? StateFiles.Input(plan.StateFolder, key);
        if (seed is StateStatements statements)
            await File.WriteAllTextAsync(input, statements.Text + "\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken);
        return await tools.Run(dependency.Service, dependency.Name, Launch(key, server.Loader(dump), programs) with { Input = input }, cancellationToken);
    }

    private LaunchPlan Launch(string key, IReadOnlyList<string> command, string programs)
    {
        LaunchPlan launch = launches.ForDependency(dependency, key, command, ServerPrograms.FolderToShow(programs), Nobody);
        Dictionary<string, string> environment = new(_server!.Environment);
        foreach ((string name, string value) in dependency.Environment)
            environment[name] = value;
        return launch with { Environment = environment };
    }

    private async Task Watch(ChildProcess process)
    {
        int exitCode = await process.Exited;
        if (!_isStopping)
            observe(new DependencyExited(dependency.Name, dependency.Service, exitCode));
    }

    private async Task EndsWithin(ChildProcess process, TimeSpan limit)
    {
        try
        {
            await process.Exited.WaitAsync(limit, time);
        }
        catch (TimeoutException)
        {
            // The caller goes one step further.
        }
    }

    private SandboxFailure Failed(string reason) => new(SandboxFailureKind.DependencyFailed, dependency.Service, $"The dependency {dependency.Name} of {dependency.Service} did not come up: {reason}");

    private SandboxFailure SeedFailed(string reason) => new(SandboxFailureKind.SeedFailed, dependency.Service, $"The seed of {dependency.Name} failed: {reason}");
}
