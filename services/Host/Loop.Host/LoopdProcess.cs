using Loop.Host.CommandLine;
using Loop.Host.Configuration;
using Loop.Hosting;
using Loop.Store.Core.Faults;
using Loop.Store.Files;
using Microsoft.Extensions.Options;

namespace Loop.Host;

/// <summary>From settings to a running server, and from every fault to a sentence and an exit code.</summary>
internal static class LoopdProcess
{
    /// <summary>Runs until the process is asked to stop.</summary>
    public static async Task<int> Run(LoopdSettings settings, CancellationToken cancellationToken)
    {
        LoopdSettings concrete = settings with
        {
            CaptureListen = settings.CaptureListen.WithConcretePort(),
            LinkListen = settings.LinkListen.WithConcretePort(),
            HttpListen = settings.HttpListen.WithConcretePort(),
        };
        try
        {
            using DataDirectory? data = concrete.Has("store") ? DataDirectory.Open(concrete.DataDirectory, TimeProvider.System) : null;
            ListenCheck.Refuse(concrete);
            await using WebApplication app = LoopdApplication.Build(concrete, data);
            await app.StartAsync(cancellationToken);
            Announce(concrete);
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (Exception fault) when (Explain(fault, concrete) is not null)
        {
            (int code, string words) = Explain(fault, concrete)!.Value;
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

    private static (int Code, string Words)? Explain(Exception fault, LoopdSettings settings) => fault switch
    {
        ConfigurationFaultException => (ExitCodes.Config, fault.Message),
        OptionsValidationException options => (ExitCodes.Config, string.Join(Environment.NewLine + "loopd: ", options.Failures)),
        ListenRefusedException => (ExitCodes.Unavailable, fault.Message),
        IOException when fault.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) || fault.InnerException?.Message.Contains("in use", StringComparison.OrdinalIgnoreCase) == true =>
            (ExitCodes.Unavailable, $"{fault.Message.TrimEnd('.')}. Another process listens there: stop it, or choose another port with {PortOption(fault.Message, settings)}."),
        StoreException or DataDirectoryLockedException => (ExitCodes.Data, fault.Message),
        AggregateException { InnerExceptions: [{ } only] } => Explain(only, settings),
        { InnerException: { } inner } => Explain(inner, settings),
        _ => null,
    };

    private static string PortOption(string message, LoopdSettings settings) =>
        message.Contains($":{settings.CaptureListen.EndPoint.Port}", StringComparison.Ordinal) ? "--capture-listen"
        : message.Contains($":{settings.LinkListen.EndPoint.Port}", StringComparison.Ordinal) ? "--link-listen"
        : "--http-listen";
}
