using System.Diagnostics;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>kill -9 of <c>loopctl test</c> ends the server that it started, and the next one removes its folder.</summary>
public sealed class TestKilledTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("loop-tk-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Temporary => Path.Combine(_root, "tmp");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Kill_OfLoopctlTest_EndsItsServerAndTheNextOneSweeps()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "children are read from /proc");
        Directory.CreateDirectory(Temporary);
        // Nothing of it can be read: the run ends as soon as its server is there.
        string test = Directory.CreateDirectory(Path.Combine(_root, "tests", "broken")).FullName;
        await File.WriteAllTextAsync(Path.Combine(test, "loop-test.json"), "{}", Cancellation);
        int server = 0;
        using (Process killed = Start())
        {
            await ProcessTree.Until(() => (server = ProcessTree.Children(killed.Id).FirstOrDefault(id => ProcessTree.Name(id) == "loopd")) > 0, () => "loopctl has no server yet");
            killed.Kill();
        }

        await ProcessTree.Until(() => !ProcessTree.IsRunning(server), () => "its server runs on");
        string left = Assert.Single(Directory.GetDirectories(Temporary, "loop-test-server-*"));

        using (Process next = Start())
        {
            Task<string> told = next.StandardOutput.ReadToEndAsync(Cancellation);
            await next.WaitForExitAsync(Cancellation);
            Assert.True(next.ExitCode == 3, await told);
        }

        Assert.False(Directory.Exists(left));
        Assert.Empty(Directory.GetDirectories(Temporary, "loop-test-server-*"));
    }

    private Process Start()
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "loopctl"), ["test", Path.Combine(_root, "tests")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = Temporary;
        start.Environment.Remove("LOOP_URL");
        return Process.Start(start)!;
    }
}
