using System.Diagnostics;
using System.IO.Pipes;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Seal;

/// <summary>Each way out, tried by the same program without and within the sandbox. A door that is shut without the fence proves nothing: then the test is skipped.</summary>
public abstract class SealSuite(SealedFixture fixture)
{
    private static readonly TimeSpan HearingLimit = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Sinks => ["tcp", "udp", "unix /tmp", "unix /run", "unix /var/tmp", "unix visible", "abstract", "setns"];

    [Theory]
    [MemberData(nameof(Sinks))]
    public async Task Sink_IsHeardOutsideAndNotInside(string name)
    {
        ISandbox sandbox = await fixture.Required();
        string unique = "loop-sink-" + Guid.NewGuid().ToString("n")[..12];
        string? path = name switch
        {
            "unix visible" => Path.Combine(fixture.VisibleFolder, unique),
            _ when name.StartsWith("unix ", StringComparison.Ordinal) => Path.Combine(name[5..], unique),
            _ => null,
        };
        if (path is not null && name is not "unix visible" && !CanWrite(Path.GetDirectoryName(path)!))
            Assert.Skip($"{path} cannot be created by this user.");
        using Sink sink = name switch
        {
            "udp" => Sink.Udp(),
            "abstract" => Sink.Unix("\0" + unique),
            _ when path is not null => Sink.Unix(path),
            _ => Sink.Tcp(),
        };
        string door = name.Split(' ')[0];
        string argument = door switch
        {
            "unix" => path!,
            "abstract" => unique,
            "setns" => $"{Environment.ProcessId} {sink.Address}",
            _ => sink.Address,
        };

        string inside = await Inside(sandbox, door, argument);
        Assert.False(inside is "open" && door is not "udp", $"{name} is open within the sandbox.");
        Assert.False(sink.Heard.IsCompleted, $"{name} was heard out of the sandbox.");

        string outside = await Outside(door, argument);
        if (door is "setns" && outside is not "open")
            Assert.Skip($"setns is shut without the sandbox: {outside}");
        Assert.Equal("open", outside);
        await sink.Heard.WaitAsync(HearingLimit, TestContext.Current.CancellationToken);
        if (path is not null)
            File.Delete(path);
    }

    [Theory]
    [InlineData("socket", "packet")]
    [InlineData("socket", "raw")]
    [InlineData("socket", "vsock")]
    [InlineData("socket", "netfilter")]
    [InlineData("socket", "audit")]
    [InlineData("icmp", "127.0.0.1")]
    [InlineData("unshare", "-")]
    [InlineData("mount", "/tmp")]
    [InlineData("io_uring", "-")]
    [InlineData("bpf", "-")]
    [InlineData("keys", "-")]
    [InlineData("capabilities", "-")]
    [InlineData("write", "/proc/sys/kernel/core_pattern")]
    [InlineData("write", "/etc/hostname")]
    [InlineData("create", "/usr/loop-seal-test")]
    [InlineData("create", "/loop-seal-test")]
    [InlineData("read", "/dev/kmsg")]
    [InlineData("read", "/dev/net/tun")]
    public async Task Door_IsOpenOutsideAndShutInside(string door, string argument)
    {
        ISandbox sandbox = await fixture.Required();

        Assert.NotEqual("open", await Inside(sandbox, door, argument));

        string outside = await Outside(door, argument);
        Assert.SkipUnless(outside is "open", $"{door} {argument} is shut on this machine without the sandbox: {outside}");
    }

    /// <summary>Doors that many machines do not have at all: that they are shut inside is all that can be asked everywhere.</summary>
    [Theory]
    [InlineData("socket", "crypto")]
    [InlineData("write", "/proc/sysrq-trigger")]
    [InlineData("read", "/proc/kcore")]
    [InlineData("read", "/dev/vda")]
    public async Task Door_IsShutInside(string door, string argument) => Assert.NotEqual("open", await Inside(await fixture.Required(), door, argument));

    [Theory]
    [InlineData("ptrace")]
    [InlineData("signal")]
    [InlineData("pidfd")]
    [InlineData("read")]
    public async Task ProcessOfTheHost_IsOutOfReach(string door)
    {
        ISandbox sandbox = await fixture.Required();
        using Process victim = Process.Start("sleep", "600");
        try
        {
            string argument = door is "read" ? $"/proc/{victim.Id}/ns/net" : victim.Id.ToString();
            Assert.NotEqual("open", await Inside(sandbox, door, argument));
            Assert.Equal("open", await Outside(door, argument));
        }
        finally
        {
            victim.Kill();
        }
    }

    [Fact]
    public async Task DescriptorThatTheReplayerLeaks_IsNotInherited()
    {
        // Made before the sandbox, and inheritable: every child of this process has it, the agent too.
        using AnonymousPipeServerStream pipe = new(PipeDirection.In, HandleInheritability.Inheritable);
        ISandboxDriver driver = await TestSandbox.Required();
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [TestSandbox.Web("hostile", 8080)] }, TestContext.Current.CancellationToken);
        Assert.Null(await sandbox.Start(TestContext.Current.CancellationToken));

        string link = new FileInfo($"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}").LinkTarget!;
        Assert.NotEqual("open", await Inside(sandbox, "descriptor", link));

        Assert.Equal("open", await Outside("descriptor", link));
        Assert.Equal('e', pipe.ReadByte());
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            File.WriteAllText(Path.Combine(folder, "loop-probe-" + Environment.ProcessId), "");
            File.Delete(Path.Combine(folder, "loop-probe-" + Environment.ProcessId));
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Task<string> Inside(ISandbox sandbox, string door, string argument) =>
        TestSandbox.Get(sandbox, "hostile", 8080, $"/door/{door}/{Uri.EscapeDataString(argument)}");

    private static async Task<string> Outside(string door, string argument)
    {
        // setns back needs a network of its own to come from; a mount that succeeds must not be the host's.
        string[] own = door switch { "setns" => ["--net"], "mount" => ["--mount"], _ => [] };
        string[] words = [.. own.Length > 0 ? ["unshare", .. own] : Array.Empty<string>(), TestSandbox.Programs, "door", door, argument];
        ProcessStartInfo start = new(words[0], words[1..]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string answer = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return answer.Trim();
    }
}
