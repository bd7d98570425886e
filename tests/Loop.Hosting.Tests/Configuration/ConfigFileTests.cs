using Loop.Host.Configuration;
using Xunit;

namespace Loop.Hosting.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void Read_NestedSectionsAndLists_BecomeKeys()
    {
        IReadOnlyDictionary<string, string?> values = Read("""
            capture:
              maximumMessageBytes: 1048576
              ring:
                brokenOffWait: 00:00:05
              adminTaps:
                - url: http://127.0.0.1:9901
                  configId: one
                - url: http://127.0.0.1:9902
                  configId: two
            replay:
              ownPorts: [1, 2]
              allowedDestinations:
                - destination: stage.example:80
                  headers:
                    x-api-key: k
            """);
        Assert.Equal("1048576", values["Loop:Capture:MaximumMessageBytes"]);
        Assert.Equal("00:00:05", values["Loop:Capture:Ring:BrokenOffWait"]);
        Assert.Equal("two", values["Loop:Capture:AdminTaps:1:ConfigId"]);
        Assert.Equal("2", values["Loop:Replay:OwnPorts:1"]);
        Assert.Equal("k", values["Loop:Replay:AllowedDestinations:0:Headers:x-api-key"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but words")]
    [InlineData("capture:")]
    [InlineData("capture:\n  tapHttpListen: ~\n  tlsKey: null")]
    public void Read_NothingIsSet_TheDefaultsHold(string text) => Assert.Empty(Read(text));

    [Theory]
    [InlineData("captur:\n  listen: 127.0.0.1:1", "line 1: unknown key 'captur'; did you mean 'capture'?", 1)]
    [InlineData("capture:\n  lisen: 127.0.0.1:1", "line 2: unknown key 'capture.lisen'; did you mean 'capture.listen'?", 2)]
    [InlineData("capture:\n\n  ring:\n    poolByte: 1", "line 4: unknown key 'capture.ring.poolByte'; did you mean 'capture.ring.poolBytes'?", 4)]
    [InlineData("capture:\n  adminTaps:\n    - urll: x", "line 3: unknown key 'capture.adminTaps[0].urll'; did you mean 'capture.adminTaps[].url'?", 3)]
    [InlineData("capture:\n  adminTaps: x", "line 2: 'capture.adminTaps' is a section or list, not a value", 2)]
    [InlineData("capture: 5", "line 1: 'capture' is a section or list, not a value", 1)]
    [InlineData("capture:\n  listen: [a, b]", "line 2: key 'capture.listen' takes a single value.", 2)]
    [InlineData("capture:\n  listen:\n    port: 1", "line 2: key 'capture.listen' takes a single value.", 2)]
    [InlineData("words", "line 1: the file must hold sections", 1)]
    [InlineData("capture:\n  ? [a]\n  : b", "line 2: a key must be a name.", 2)]
    [InlineData("capture:\n  ring:\n    brokenOffWait: soon", "line 3: key 'capture.ring.brokenOffWait': 'soon' is not a duration", 3)]
    [InlineData("capture:\n  ring:\n    brokenOffWait: 5", "line 3: key 'capture.ring.brokenOffWait': '5' is not a duration", 3)]
    [InlineData("capture:\n  allowInsecureListen: yes", "line 2: key 'capture.allowInsecureListen': 'yes' is not true or false.", 2)]
    [InlineData("capture:\n  maximumMessageBytes: 16 MiB", "line 2: key 'capture.maximumMessageBytes': '16 MiB' is not a whole number", 2)]
    [InlineData("capture:\n  maximumMessageBytes: 99999999999", "line 2: key 'capture.maximumMessageBytes': '99999999999' is not a whole number of at most 2147483647", 2)]
    [InlineData("replay:\n  ownPorts: [80, http]", "line 2: key 'replay.ownPorts[1]': 'http' is not a whole number", 2)]
    public void Read_OneFault_NamesLineKeyAndRemedy(string text, string expected, int line)
    {
        string fault = Assert.Throws<ConfigurationFaultException>(() => Read(text)).Message;
        Assert.StartsWith($"{_path}: line {line}: ", fault, StringComparison.Ordinal);
        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.NewLine, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralFaults_AreAllTold()
    {
        string[] faults = Assert.Throws<ConfigurationFaultException>(() => Read("capture:\n  lisen: x\n  statusInterval: soon\nstore:\n  conversations:\n    quite: 00:00:01")).Message.Split(Environment.NewLine);
        Assert.Equal(3, faults.Length);
        Assert.Contains("line 2: unknown key 'capture.lisen'", faults[0], StringComparison.Ordinal);
        Assert.Contains("line 3: key 'capture.statusInterval': 'soon'", faults[1], StringComparison.Ordinal);
        Assert.Contains("did you mean 'store.conversations.quiet'?", faults[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("capture: [", "line ")]
    [InlineData("a: b: c", "line 1")]
    [InlineData("capture:\n  listen: x\n  listen: y", "line ")]
    public void Read_NoYaml_NamesThePlace(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigurationFaultException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_MissingFile_IsASentence() =>
        Assert.Contains("--config", Assert.Throws<ConfigurationFaultException>(() => ConfigFile.Read(_path + ".none", LoopdKeys.All)).Message, StringComparison.Ordinal);

    public void Dispose() => File.Delete(_path);

    private IReadOnlyDictionary<string, string?> Read(string text)
    {
        File.WriteAllText(_path, text);
        return ConfigFile.Read(_path, LoopdKeys.All);
    }
}
