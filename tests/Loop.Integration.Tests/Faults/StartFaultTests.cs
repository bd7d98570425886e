using System.Net;
using System.Net.Sockets;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Every start that cannot be says what, where and how to mend it, with its own exit code.</summary>
public sealed class StartFaultTests : IDisposable
{
    private static readonly string[] FreePorts = ["--capture-listen", "127.0.0.1:0", "--link-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"];
    private readonly DirectoryInfo _own = Directory.CreateTempSubdirectory("loop-test-start-");

    public void Dispose() => _own.Delete(recursive: true);

    [Fact]
    public async Task SecondServer_OnTheSameDataDirectory_NamesTheFirst()
    {
        await using LoopServer first = await LoopServer.Start(Path.Combine(_own.FullName, "data"));

        (int code, string output) = await LoopServer.RunToEnd(["--data", first.DataDirectory, .. FreePorts]);

        Assert.Equal(74, code);
        AssertSentence(output, first.DataDirectory, $"process {first.ProcessId}", "--data");
        Assert.Empty(first.Errors);
    }

    [Theory]
    [InlineData("--capture-listen")]
    [InlineData("--link-listen")]
    [InlineData("--http-listen")]
    public async Task Port_InUse_NamesTheOption(string option)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        string[] arguments = [.. FreePorts];
        arguments[Array.IndexOf(arguments, option) + 1] = $"127.0.0.1:{port}";

        (int code, string output) = await LoopServer.RunToEnd(["--data", Path.Combine(_own.FullName, "data"), .. arguments]);

        Assert.Equal(69, code);
        AssertSentence(output, $"127.0.0.1:{port}", option);
    }

    [Fact]
    public async Task Configuration_WithAnUnknownKey_NamesFileLineAndTheNearestKey()
    {
        string file = Path.Combine(_own.FullName, "loopd.yaml");
        await File.WriteAllTextAsync(file, "capture:\n  ring:\n    bodyLimitByte: 5\n");

        (int code, string output) = await LoopServer.RunToEnd(["--data", Path.Combine(_own.FullName, "data"), "--config", file, .. FreePorts]);

        Assert.Equal(78, code);
        AssertSentence(output, file, "line 3", "bodyLimitByte", "capture.ring.bodyLimitBytes");
    }

    [Fact]
    public async Task Configuration_WithAValueOutOfRange_NamesIt()
    {
        string file = Path.Combine(_own.FullName, "loopd.yaml");
        await File.WriteAllTextAsync(file, "capture:\n  ring:\n    poolBytes: 5\n");

        (int code, string output) = await LoopServer.RunToEnd(["--data", Path.Combine(_own.FullName, "data"), "--config", file, .. FreePorts]);

        Assert.Equal(78, code);
        AssertSentence(output, "PoolBytes");
    }

    [Fact]
    public async Task DataDirectory_ThatIsAFile_IsRefused()
    {
        string file = Path.Combine(_own.FullName, "not-a-directory");
        await File.WriteAllTextAsync(file, "");

        (int code, string output) = await LoopServer.RunToEnd(["--data", file, .. FreePorts]);

        Assert.Equal(74, code);
        AssertSentence(output, file, "it is a file", "--data");
    }

    [Fact]
    public async Task DataDirectory_BelowAFile_IsRefused()
    {
        string file = Path.Combine(_own.FullName, "file");
        await File.WriteAllTextAsync(file, "");

        (int code, string output) = await LoopServer.RunToEnd(["--data", Path.Combine(file, "data"), .. FreePorts]);

        Assert.Equal(74, code);
        AssertSentence(output, Path.Combine(file, "data"), "--data");
    }

    [Fact]
    public async Task DataDirectory_WithoutWriteRights_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "the superuser writes everywhere, and Windows has no modes");
        string closed = _own.CreateSubdirectory("closed").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        (int code, string output) = await LoopServer.RunToEnd(["--data", Path.Combine(closed, "data"), .. FreePorts]);

        Assert.Equal(74, code);
        AssertSentence(output, closed, "--data");
    }

    [Theory]
    [InlineData("--roles", "kapture")]
    [InlineData("--http-listen", "nowhere")]
    [InlineData("--no-such-option", "1")]
    public async Task Usage_Wrong_NamesTheWord(string option, string value)
    {
        (int code, string output) = await LoopServer.RunToEnd(option, value, "--data", Path.Combine(_own.FullName, "data"));

        Assert.Equal(64, code);
        AssertSentence(output, option);
    }

    // No stack trace: an operator is told, not a debugger.
    private static void AssertSentence(string output, params string[] words)
    {
        Assert.All(words, word => Assert.Contains(word, output, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
    }
}
