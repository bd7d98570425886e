using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Loop.Capture;
using Loop.Capture.Core.Ring;
using Loop.Capture.Diagnostics;
using Loop.Replayer.Engine;
using Loop.Replayer.Queueing;
using Loop.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Loop.Hosting.Tests.Reference;

public sealed partial class MetricsReferenceTests
{
    [Fact]
    public void MetricsReference_Rows_AreExactlyTheInstrumentsWithTheirUnits()
    {
        string[] documented = [.. Row().Matches(Repository.Document("docs/reference/metrics.md")).Select(row => $"{row.Groups["name"].Value} {row.Groups["unit"].Value}")];
        Assert.Equal(Published().Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Instruments_Names_FollowTheConvention() =>
        Assert.All(Published(), instrument => Assert.Matches(@"^loop\.(capture|store|replayer)(\.[a-z_]+)+ (s|By|\{[a-z]+\})$", instrument));

    private static string[] Published()
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("Loop.", StringComparison.Ordinal))
                    found.Add($"{instrument.Name} {instrument.Unit}");
            },
        };
        listener.Start();
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Loop:Capture:Ring:PoolBytes", "8388608")]).Build();
        using ServiceProvider services = new ServiceCollection().AddLogging().AddSingleton(configuration).AddCapture()
            .AddSingleton<StoreInstruments>().AddSingleton<ReplayQueue>().AddSingleton<ReplayInstruments>().BuildServiceProvider();
        services.GetRequiredService<CaptureInstruments>();
        services.GetRequiredService<RingInstruments>();
        services.GetRequiredService<StoreInstruments>();
        services.GetRequiredService<ReplayInstruments>();
        return [.. found];
    }

    [GeneratedRegex(@"^\| `(?<name>loop\.[^`]+)` \| (?<unit>\S+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
