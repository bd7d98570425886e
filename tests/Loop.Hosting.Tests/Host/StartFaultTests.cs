using System.Net;
using System.Net.Sockets;
using Loop.EnvoyConfig.Running;
using Loop.Integration.Tests.Harness;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Loop.Hosting.Tests.Host;

public sealed class StartFaultTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("loop-start-").FullName;

    [Theory]
    [InlineData("--capture-listen")]
    [InlineData("--link-listen")]
    [InlineData("--http-listen")]
    public async Task Start_PortInUse_NamesTheOptionAndThePort(string option)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await Ends(69, [option, other.LocalEndpoint.ToString()!, "already in use"], null, option, other.LocalEndpoint.ToString()!);
    }

    [Fact]
    public async Task Start_TwoListenersOnOnePort_NamesBoth()
    {
        int port = FreePorts.Take();
        await Ends(69, ["--link-listen", "by --http-listen"], null, "--link-listen", $"127.0.0.1:{port}", "--http-listen", $"127.0.0.1:{port}");
    }

    [Fact]
    public Task Start_AddressOfAnotherMachine_IsASentence() =>
        Ends(69, ["--http-listen 192.0.2.1:0", "does not have the address"], new() { ["Loop__Api__Token"] = "t" }, "--http-listen", "192.0.2.1:0");

    [Fact]
    public Task Start_ApiBeyondLoopbackWithoutToken_IsRefused() => Ends(78, ["--http-listen 0.0.0.0:0", "Loop__Api__Token"], null, "--http-listen", "0.0.0.0:0");

    [Fact]
    public Task Start_LinkBeyondLoopbackWithoutToken_IsRefused() => Ends(78, ["--link-listen 0.0.0.0:0", "Loop__Link__Token"], null, "--link-listen", "0.0.0.0:0");

    [Fact]
    public Task Start_CaptureBeyondLoopbackWithoutClientCertificates_IsRefused() => Ends(78, ["Loop:Capture:Listen", "ClientAuthority"], null, "--capture-listen", "0.0.0.0:0");

    [Fact]
    public async Task Start_DataIsAFile_IsASentence()
    {
        string file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "x", TestContext.Current.CancellationToken);
        await Ends(74, [file, "is a file", "--data"], null, "--data", file);
    }

    // A file system that takes no files from anybody, root included.
    [Fact]
    public Task Start_DataCannotBeWritten_IsASentence() => Ends(74, ["/proc/loop-data", "--data"], null, "--data", "/proc/loop-data");

    [Fact]
    public async Task Start_EventsAreNoDatabase_NamesTheFileAndTheRemedy()
    {
        string file = Path.Combine(_directory, "events.db");
        await File.WriteAllTextAsync(file, new string('x', 8192), TestContext.Current.CancellationToken);
        await Ends(74, [file, "damaged"], null, "--data", _directory);
    }

    [Fact]
    public async Task Start_EventsOfANewerLoop_AreLeftAlone()
    {
        await using (LoopServer first = await LoopServer.Start(_directory))
            Assert.Equal(0, await first.Stop());
        string file = Path.Combine(_directory, "events.db");
        await using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await Ends(74, [file, "99", "newer Loop"], null, "--data", _directory);
    }

    [Fact]
    public Task Start_ValueThatCannotBeRead_NamesVariableAndValue() =>
        Ends(78, ["Loop__Store__Conversations__Quiet", "'soon'", "duration"], new() { ["Loop__Store__Conversations__Quiet"] = "soon" });

    [Fact]
    public Task Start_ValueOutOfRange_NamesTheOption() => Ends(78, ["KeptPerMinute"], new() { ["Loop__Store__Conversations__KeptPerMinute"] = "0" });

    [Fact]
    public async Task Start_CertificateThatIsNone_NamesTheFile()
    {
        string file = Path.Combine(_directory, "none.pem");
        await File.WriteAllTextAsync(file, "none", TestContext.Current.CancellationToken);
        await Ends(78, [file, "TlsCertificate"], new() { ["Loop__Capture__TlsCertificate"] = file, ["Loop__Capture__TlsKey"] = file });
    }

    [Fact]
    public Task Start_CaptureAloneWithoutStore_IsASentence() => Ends(78, ["--store"], null, "--roles", "capture");

    [Fact]
    public async Task PrintConfig_FileEnvironmentAndCommandLine_ShowsWhatHoldsAndWarnsOfUnknownVariables()
    {
        string file = Path.Combine(_directory, "loop.yaml");
        await File.WriteAllTextAsync(file, "capture:\n  listen: 127.0.0.1:7001\n  nodeName: from-file\n  statusInterval: 00:00:03\nstore:\n  conversations:\n    quiet: 00:00:07\n", TestContext.Current.CancellationToken);
        LoopdRun run = await LoopdRun.Of(
            new Dictionary<string, string> { ["Loop__Api__Token"] = "tell-nobody", ["Loop__Capture__StatusInterval"] = "00:00:04", ["Loop__Captur__Listen"] = "x" },
            "--config", file, "--print-config", "--node", "from-command-line");
        Assert.Equal(0, run.Code);
        Assert.Contains("nodeName: from-command-line", run.Output, StringComparison.Ordinal);
        Assert.Contains("statusInterval: 00:00:04", run.Output, StringComparison.Ordinal);
        Assert.Contains("quiet: 00:00:07", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("tell-nobody", run.Output + run.Words, StringComparison.Ordinal);
        Assert.Equal(["loopd: environment variable Loop__Captur__Listen is no setting and is ignored; did you mean Loop__Capture__Listen?"], run.Sentences);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task Ends(int code, string[] words, Dictionary<string, string>? environment, params string[] arguments)
    {
        LoopdRun run = await LoopdRun.Of(environment, arguments);
        Assert.True(run.Code == code, $"exit code {run.Code}, expected {code}: {run.Words}");
        string sentence = Assert.Single(run.Sentences);
        Assert.All(words, word => Assert.Contains(word, sentence, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", run.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", run.Words, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }
}
