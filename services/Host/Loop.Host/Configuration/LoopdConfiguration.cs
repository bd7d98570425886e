using System.Globalization;
using Loop.Capture;
using Loop.Host.CommandLine;
using Loop.Hosting.Access;
using Microsoft.Extensions.Configuration;

namespace Loop.Host.Configuration;

/// <summary>Where settings come from: the command line wins over the environment, the environment over the file, the file over the defaults.</summary>
internal static class LoopdConfiguration
{
    private const string CaptureListen = CaptureOptions.SectionName + ":Listen";
    private const string StoreUrl = CaptureOptions.SectionName + ":StoreUrl";

    /// <summary>The values of <c>--config</c>; none without it.</summary>
    public static IReadOnlyDictionary<string, string?> ReadFile(LoopdSettings settings) =>
        settings.ConfigFile is null ? new Dictionary<string, string?>() : ConfigFile.Read(settings.ConfigFile, LoopdKeys.All);

    /// <summary>File and environment together, before the command line.</summary>
    public static IConfigurationRoot Below(IReadOnlyDictionary<string, string?> file) => new ConfigurationBuilder().AddInMemoryCollection(file).AddEnvironmentVariables().Build();

    /// <summary>The settings with what the command line left open taken from file and environment.</summary>
    public static LoopdSettings Complete(LoopdSettings settings, IConfiguration below)
    {
        LoopdSettings complete = settings;
        if (!settings.IsCaptureListenGiven && below[CaptureListen] is { } text)
        {
            complete = ListenAddress.TryParse(text, out ListenAddress? address, out string fault)
                ? complete with { CaptureListen = address }
                : throw new ConfigurationFaultException($"{CaptureListen}: {fault}.");
        }

        // Beside a store of its own a node dials that one.
        if (complete.StoreUrl is null && !complete.Has("store"))
            complete = complete with { StoreUrl = below[StoreUrl] };
        if (complete.StoreUrl is null && !complete.Has("store") && complete.Has("capture"))
            throw new ConfigurationFaultException($"The role capture alone needs the node link of the store: give --store http://host:5679, or set {StoreUrl}.");
        return complete;
    }

    /// <summary>What the command line means in configuration keys.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> CommandLine(LoopdSettings settings)
    {
        yield return new(CaptureListen, settings.CaptureListen.ToString());
        yield return new(StoreUrl, settings.StoreUrl ?? settings.LinkListen.LocalUrl);
        yield return new("Loop:Store:NodeLink:Port", settings.LinkListen.EndPoint.Port.ToString(CultureInfo.InvariantCulture));
        yield return new("Loop:Store:NodeLink:ApiPort", settings.HttpListen.EndPoint.Port.ToString(CultureInfo.InvariantCulture));
        if (settings.NodeName is not null)
            yield return new("Loop:Capture:NodeName", settings.NodeName);
    }
}
