using System.Runtime.InteropServices;
using Loop.Host.CommandLine;
using Loop.Host.Configuration;
using Loop.Hosting;
using Loop.Store;
using Loop.Store.Files;
using Microsoft.Extensions.Options;

namespace Loop.Host;

/// <summary>From settings to a running server, and from every fault to a sentence and an exit code.</summary>
internal static class LoopdProcess
{
    /// <summary>Runs until the process is asked to stop.</summary>
    public static async Task<int> Run(LoopdSettings settings, CancellationToken cancellationToken)
    {
        // From the first moment on: before the host has begun, a signal would kill the process, and a supervisor would see a crash.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM, stopping);
        using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT, stopping);
        try
        {
            IReadOnlyDictionary<string, string?> file = LoopdConfiguration.ReadFile(settings);
            foreach (string warning in EnvironmentKeys.Check(Environment.GetEnvironmentVariables(), LoopdKeys.All))
                await Console.Error.WriteLineAsync($"loopd: {warning}");
            IConfigurationRoot below = LoopdConfiguration.Below(file);
            LoopdSettings complete = LoopdConfiguration.Complete(settings, below);
            AccessCheck.Refuse(complete, below);
            if (settings.PrintsConfiguration)
                Print(complete, below);
            else
                await Serve(complete, below, file, stopping.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception fault)
        {
            (int code, string words) = StartFaults.Explain(fault);
            foreach (string line in words.Split(Environment.NewLine))
                await Console.Error.WriteLineAsync($"loopd: {line}");
            return code;
        }
    }

    private static async Task Serve(LoopdSettings settings, IConfigurationRoot below, IReadOnlyDictionary<string, string?> file, CancellationToken stopping)
    {
        // The directory first: of two servers started alike, the second one's trouble is the first one, not its port.
        using DataDirectory? data = settings.Has("store") ? DataDirectory.Open(settings.DataDirectory, TimeProvider.System) : null;
        using BoundSockets sockets = BoundSockets.Bind(settings, below["Loop:Capture:TapHttpListen"]);
        await using WebApplication app = LoopdApplication.Build(sockets, file, data);
        // The host would do both, but would log a fault with its stack before it is told of here.
        app.Services.GetService<IStartupValidator>()?.Validate();
        if (data is not null)
            app.OpenStore();
        await app.StartAsync(stopping);
        Announce(sockets.Settings);
        await app.WaitForShutdownAsync(stopping);
    }

    // Scripts wait for this line; with port 0 it is the only place where the ports show.
    private static void Announce(LoopdSettings settings)
    {
        var parts = new List<string> { $"http={settings.HttpListen.EndPoint}" };
        if (settings.Has("capture"))
            parts.Add($"capture={settings.CaptureListen.EndPoint}");
        if (settings.Has("store"))
            parts.Add($"link={settings.LinkListen.EndPoint}");
        Console.WriteLine($"loopd {LoopVersion.Text} ready: {string.Join(' ', parts)}");
    }

    private static void Print(LoopdSettings settings, IConfigurationRoot below)
    {
        IConfigurationRoot effective = new ConfigurationBuilder().AddConfiguration(below).AddInMemoryCollection(LoopdConfiguration.CommandLine(settings)).Build();
        Console.WriteLine($"# loopd {LoopVersion.Text} --roles {string.Join(',', settings.Roles)} --data {settings.DataDirectory}");
        Console.WriteLine($"# --capture-listen {settings.CaptureListen} --link-listen {settings.LinkListen} --http-listen {settings.HttpListen}");
        Console.Write(EffectiveConfiguration.Print(effective, LoopdKeys.All));
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stopping) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stopping.Cancel();
    });
}
