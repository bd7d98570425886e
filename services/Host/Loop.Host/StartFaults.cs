using Loop.Host.Configuration;
using Loop.Store.Core.Faults;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Loop.Host;

/// <summary>What went wrong, in one sentence with a remedy, and the exit code that goes with it.</summary>
internal static class StartFaults
{
    private const string StackVariable = "LOOP_SHOW_STACK";

    /// <summary>Explains a fault that ends the process.</summary>
    public static (int Code, string Words) Explain(Exception fault) => Known(fault) ?? Unknown(fault);

    private static (int Code, string Words)? Known(Exception fault) => fault switch
    {
        ConfigurationFaultException => (ExitCodes.Config, fault.Message),
        OptionsValidationException options => (ExitCodes.Config, string.Join(Environment.NewLine, options.Failures)),
        ListenRefusedException => (ExitCodes.Unavailable, fault.Message),
        AddressInUseException => (ExitCodes.Unavailable, "A port of the grains on loopback was taken while loopd started. Start it again."),
        // A listener with a port that the system chose is bound by the web server.
        IOException when IsInUse(fault) => (ExitCodes.Unavailable, $"{fault.Message.TrimEnd('.')}. Another process listens there: stop it, or choose another port."),
        StoreException => (ExitCodes.Data, fault.Message),
        AggregateException many when many.InnerExceptions.All(one => one is OptionsValidationException) =>
            (ExitCodes.Config, string.Join(Environment.NewLine, many.InnerExceptions.Cast<OptionsValidationException>().SelectMany(one => one.Failures))),
        AggregateException many when many.InnerExceptions.Select(Known).FirstOrDefault(known => known is not null) is { } known => known,
        { InnerException: { } inner } => Known(inner),
        _ => null,
    };

    private static bool IsInUse(Exception fault) =>
        fault.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) || fault.InnerException?.Message.Contains("in use", StringComparison.OrdinalIgnoreCase) is true;

    private static (int Code, string Words) Unknown(Exception fault) => (
        ExitCodes.Software,
        Environment.GetEnvironmentVariable(StackVariable) is null
            ? $"{fault.GetType().Name}: {fault.Message.ReplaceLineEndings(" ")} This is a fault of Loop's own; set {StackVariable}=1 and start again to see where."
            : fault.ToString());
}
