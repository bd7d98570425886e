using System.Net.Sockets;
using System.Runtime.InteropServices;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.Clock;
using Loop.Replayer.Agent.Dependencies;
using Loop.Replayer.Agent.Launch;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>The life of an agent: read the plan, make the place, start services when told, end with the control channel.</summary>
internal sealed class AgentHost(CallHandlerFactory handlers, Observer observer, TimeProvider time)
{
    /// <summary>Returns the process's exit code. The agent is the first process of its namespace: with it, the kernel ends all others.</summary>
    public async Task<int> Run(TextReader commands)
    {
        // Ctrl-C goes to the whole process group; the replayer decides what it means.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
        if (await commands.ReadLineAsync() is not { } first)
            return 0;
        AgentPlan plan = AgentLine.Read(first, AgentJson.Default.AgentPlan);
        using CancellationTokenSource ending = new();
        RefusedTraffic refused = new(observer.Tell);
        NameTable names = new(plan.Plan);
        DependencyReach reach = new(observer.Tell);
        await using SandboxNetworks networks = new(plan.Plan, plan.IsSealed, names, refused, reach, observer.Tell);
        ServiceClock clock = new(plan.Plan.Clock, plan.IsSealed, time);
        FreshFolders folders = new(plan);
        Launches launches = new(plan, networks, clock, folders);
        using ClockMeasurement measurement = new(plan, clock, launches, time);
        using ClockProbe probe = new(clock, measurement, observer.Tell, time);
        using ServiceProcesses services = new(plan, networks, launches, reach, probe, observer.Tell, time);
        ICallHandler handler;
        try
        {
            folders.Make();
            handler = await handlers(new CallHandlerContext(plan.Plan, networks, content => observer.Tell(new HandlerTold(content))));
            await networks.Open(handler, ending.Token);
            _ = new DialServer(networks).Serve(StateFiles.DialSocket(plan.StateFolder), ending.Token);
        }
        catch (Exception error) when (error is KernelRefusedException or SocketException or SandboxException or IOException or UnauthorizedAccessException)
        {
            observer.Tell(new SandboxRefused(error.Message));
            return 1;
        }

        observer.Tell(new SandboxPrepared(names.Addresses));
        while (await commands.ReadLineAsync() is { } command)
        {
            if (command is AgentLine.Start)
                services.Start(ending.Token);
            if (command.StartsWith(AgentLine.Handler, StringComparison.Ordinal))
                await Command(handler, command[AgentLine.Handler.Length..], ending.Token);
            if (command is not AgentLine.Stop)
                continue;
            await services.Stop(plan.Plan.StopLimit);
            refused.TellRest();
            observer.Tell(new SandboxStopped());
            break;
        }

        // Sealed, the kernel ends what is left with the agent; unsealed, nobody else does.
        await services.Stop(TimeSpan.Zero);
        await ending.CancelAsync();
        return 0;
    }

    private async Task Command(ICallHandler handler, string command, CancellationToken cancellationToken)
    {
        try
        {
            await handler.Command(command, cancellationToken);
        }
        catch (Exception error)
        {
            observer.Tell(new HandlerFailed("", "", $"{error.GetType().Name}: {error.Message}"));
        }
    }
}
