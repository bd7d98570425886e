using Loop.Host.Configuration;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Loop.Hosting.Tests.Configuration;

public sealed class EffectiveConfigurationTests
{
    [Fact]
    public void Print_Secrets_AreRedactedWhereverTheyAre()
    {
        string printed = Print(new()
        {
            ["Loop:Api:Token"] = "one-secret",
            ["Loop:Link:Token"] = "two-secret",
            ["Loop:Replay:AllowedDestinations:0:Destination"] = "stage.example",
            ["Loop:Replay:AllowedDestinations:0:Headers:authorization"] = "three-secret",
        });
        Assert.DoesNotContain("secret", printed, StringComparison.Ordinal);
        Assert.Equal(3, printed.Split(EffectiveConfiguration.Redacted).Length - 1);
        Assert.Contains("destination: stage.example", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Print_IsAFileThatReadsBackToTheSame()
    {
        string printed = Print(new() { ["Loop:Capture:Ring:BrokenOffWait"] = "00:00:07", ["Loop:Capture:AdminTaps:0:Url"] = "http://127.0.0.1:9901", ["Loop:Capture:AdminTaps:0:ConfigId"] = "one" });
        string path = Path.GetTempFileName();
        File.WriteAllText(path, printed);
        var values = new Dictionary<string, string?>(ConfigFile.Read(path, LoopdKeys.All), StringComparer.OrdinalIgnoreCase);
        File.Delete(path);
        Assert.Equal("00:00:07", values["Loop:Capture:Ring:BrokenOffWait"]);
        // A list with defaults grows when it is bound; all else must come back as it was.
        foreach (string key in values.Keys.Where(key => key.StartsWith("Loop:Replay:OwnPorts", StringComparison.OrdinalIgnoreCase)).ToArray())
            values.Remove(key);
        Assert.Equal(printed, Print(values));
    }

    private static string Print(Dictionary<string, string?> values) => EffectiveConfiguration.Print(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), LoopdKeys.All);
}
