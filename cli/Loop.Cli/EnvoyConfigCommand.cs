using System.CommandLine;
using Loop.EnvoyConfig;

namespace Loop.Cli;

/// <summary><c>loopctl envoy config</c>: prints what an Envoy needs so that Loop sees its traffic. Never writes anything else to stdout.</summary>
public static class EnvoyConfigCommand
{
    private const int UsageError = 64;

    /// <summary>The verb <c>envoy</c> with its only child.</summary>
    public static Command Create() => new("envoy", "Envoy's side of Loop") { new EnvoyConfigArguments().Command(Print) };

    private static int Print(EnvoyConfigArguments arguments, ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        try
        {
            EnvoyProxyConfig config = arguments.Read(parsed);
            if (config.Listeners.Count > 0)
                output.Write(EnvoyConfigGenerator.Bootstrap(config));
            else
                output.Write(string.Join('\n', arguments.Snippets(parsed, config)));
            return 0;
        }
        catch (EnvoyConfigInvalidException wrong)
        {
            foreach (string fault in wrong.Faults)
                parsed.InvocationConfiguration.Error.WriteLine($"loopctl envoy config: {fault}");
            return UsageError;
        }
    }
}
