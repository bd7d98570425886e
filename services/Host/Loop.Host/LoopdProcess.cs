using Loop.Host.CommandLine;
using Loop.Host.Configuration;
using Loop.Hosting;
using Loop.Store.Core.Faults;
using Loop.Store.Files;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Loop.Host;

/// <summary>From settings to a running server, and from every fault to a sentence and an exit code.</summary>
internal static class LoopdProcess
{
    /// <summary>Runs until the process is asked to stop.</summary>
    public static async Task<int> Run(LoopdSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            using DataDirectory? data = settings.Has("store") ? DataDirectory.Open(settings.DataDirectory, TimeProvider.System) : null;
            using BoundSockets sockets = BoundSockets.Bind(settings);
            await using WebApplication app = LoopdApplication.Build(sockets, data);
            await app.StartAsync(cancellationToken);
            Announce(sockets.Settings);
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (Exception fault) when (Explain(fault) is not null)
        {
            (int code, string words) = Explain(fault)!.Value;
            await Console.Error.WriteLineAsync($"loopd: {words}");
            return code;
        }
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

    private static (int Code, string Words)? Explain(Exception fault) => fault switch
    {
        ConfigurationFaultException => (ExitCodes.Config, fault.Message),
        OptionsValidationException options => (ExitCodes.Config, string.Join(Environment.NewLine + "loopd: ", options.Failures)),
        ListenRefusedException => (ExitCodes.Unavailable, fault.Message),
        // Listeners that are not on the command line, such as the one for tap POSTs, are bound by the web server.
        IOException when fault.InnerException is AddressInUseException => (ExitCodes.Unavailable, $"{fault.Message.TrimEnd('.')}. Another process listens there: stop it, or choose another port."),
        AddressInUseException => (ExitCodes.Unavailable, "A port of the grains on loopback was taken while loopd started. Start it again."),
        StoreException or DataDirectoryLockedException => (ExitCodes.Data, fault.Message),
        AggregateException { InnerExceptions: [{ } only] } => Explain(only),
        { InnerException: { } inner } => Explain(inner),
        _ => null,
    };
}
