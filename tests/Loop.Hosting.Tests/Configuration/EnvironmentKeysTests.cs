using Loop.Host.Configuration;
using Xunit;

namespace Loop.Hosting.Tests.Configuration;

public sealed class EnvironmentKeysTests
{
    [Fact]
    public void Check_KnownAndForeignVariables_AreSilent() => Assert.Empty(EnvironmentKeys.Check(
        new Dictionary<string, string>
        {
            ["Loop__Api__Token"] = "t",
            ["LOOP__CAPTURE__RING__POOLBYTES"] = "8388608",
            ["Loop__Capture__AdminTaps__0__Url"] = "http://127.0.0.1:9901",
            ["LOOP_TOKEN"] = "t",
            ["Path"] = "x",
        },
        LoopdKeys.All));

    [Fact]
    public void Check_UnknownVariable_IsAWarningWithTheNearest() =>
        Assert.Equal(
            ["environment variable Loop__Capture__Lisen is no setting and is ignored; did you mean Loop__Capture__Listen?"],
            EnvironmentKeys.Check(new Dictionary<string, string> { ["Loop__Capture__Lisen"] = "x" }, LoopdKeys.All));

    [Fact]
    public void Check_UnreadableValues_AreFaultsAllTogether()
    {
        string[] faults = Assert.Throws<ConfigurationFaultException>(() => EnvironmentKeys.Check(
            new Dictionary<string, string> { ["Loop__Capture__StatusInterval"] = "soon", ["Loop__Capture__Ring__PoolBytes"] = "much" }, LoopdKeys.All)).Message.Split(Environment.NewLine);
        Assert.Equal(2, faults.Length);
        Assert.Contains("Loop__Capture__Ring__PoolBytes: 'much' is not a whole number", faults[0], StringComparison.Ordinal);
        Assert.Contains("Loop__Capture__StatusInterval: 'soon' is not a duration", faults[1], StringComparison.Ordinal);
    }
}
