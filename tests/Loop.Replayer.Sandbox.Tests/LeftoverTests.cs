using System.Diagnostics;
using System.Runtime.Versioning;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;
using Loop.Replayer.Sandbox.Tests.Dependencies;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>Replayers that are killed, and users without rights.</summary>
[SupportedOSPlatform("linux")]
public sealed class LeftoverTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "loop-left-" + Guid.NewGuid().ToString("n")[..8]);
    private readonly string _stateRoot;

    public LeftoverTests() => _stateRoot = Path.Combine(_root, "s");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KilledReplayer_TakesItsSandboxAlongAndLeavesAFolderToSweep(bool hasServers)
    {
        await Required(hasServers);
        using Process holder = await Hold([], hasServers);
        int[] services = MarkedProcesses.Find(_stateRoot);
        Assert.True(hasServers ? services.Length > 3 : services.Length == 1, $"{services.Length} processes run.");

        holder.Kill();
        await MarkedProcesses.End(services, Token);

        Assert.Empty(MarkedProcesses.Find(_stateRoot));
        Assert.Single(Directory.GetDirectories(_stateRoot));
        Assert.Equal(1, await Driver().Sweep(Token));
        Assert.Empty(Directory.GetDirectories(_stateRoot));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sweep_EndsAnAgentThatHangs(bool hasServers)
    {
        await Required(hasServers);
        using Process holder = await Hold([], hasServers);
        int[] services = MarkedProcesses.Find(_stateRoot);
        string folder = Directory.GetDirectories(_stateRoot).Single();
        int unshare = int.Parse((await File.ReadAllTextAsync(Path.Combine(folder, "agent"), Token)).Split(' ')[0]);
        int agent = int.Parse((await File.ReadAllTextAsync($"/proc/{unshare}/task/{unshare}/children", Token)).Trim());
        using (Process stop = Process.Start("kill", ["-STOP", agent.ToString()]))
            await stop.WaitForExitAsync(Token);
        holder.Kill();
        await holder.WaitForExitAsync(Token);
        Assert.NotEmpty(MarkedProcesses.Find(_stateRoot));

        Assert.Equal(1, await Driver().Sweep(Token));

        await MarkedProcesses.End(services, Token);
        Assert.Empty(MarkedProcesses.Find(_stateRoot));
    }

    /// <summary>A replayer that was killed while it removed a run: the name of its owner is gone already, recorded bodies are not.</summary>
    [Fact]
    public async Task Sweep_EndsARemovalThatWasInterrupted()
    {
        string folder = OwnedFolder.Make(_stateRoot, "run-1");
        await File.WriteAllTextAsync(Path.Combine(folder, "script.json"), "{}", Token);
        File.Delete(Path.Combine(folder, "owner"));
        Directory.Move(folder, folder + ".ended");
        OwnedFolder.Make(_stateRoot, "run-2");

        Assert.Equal(1, await Driver().Sweep(Token));

        Assert.Equal("run-2", Path.GetFileName(Assert.Single(Directory.GetDirectories(_stateRoot))));
    }

    [Fact]
    public async Task Remove_TakesOwnerAndAllAway()
    {
        string folder = OwnedFolder.Make(_stateRoot, "run-1");

        await OwnedFolder.Remove(folder, TimeProvider.System);

        Assert.Empty(Directory.GetFileSystemEntries(_stateRoot));
    }

    [Fact]
    public async Task Sweep_LeavesALiveSandboxAlone()
    {
        await TestSandbox.Required();
        using Process holder = await Hold([], hasServers: false);

        Assert.Equal(0, await Driver().Sweep(Token));

        Assert.NotEmpty(MarkedProcesses.Find(_stateRoot));
        holder.StandardInput.Close();
        await holder.WaitForExitAsync(Token);
        Assert.Empty(Directory.GetDirectories(_stateRoot));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OrdinaryUser_HasTheSameSandbox(bool hasServers)
    {
        await Required(hasServers);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "These tests run as an ordinary user already.");
        using Process holder = await Hold(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"], hasServers);
        holder.StandardInput.Close();
        await holder.WaitForExitAsync(Token);

        Assert.Equal(0, holder.ExitCode);
    }

    private static async Task Required(bool hasServers)
    {
        await TestSandbox.Required();
        if (!hasServers)
            return;
        RealServers.Require(ServerKind.Postgresql);
        RealServers.Require(ServerKind.Redis);
    }

    private ProcessSandboxDriver Driver() => new(new ProcessSandboxOptions { AgentPath = TestSandbox.Programs, StateRoot = _stateRoot }, TimeProvider.System);

    // A process of its own whose sandbox is up and has carried one call.
    private async Task<Process> Hold(string[] asUser, bool hasServers)
    {
        string[] words = [.. asUser, TestSandbox.Programs, hasServers ? "hold-servers" : "hold", _stateRoot, "web", "8080"];
        ProcessStartInfo start = new(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process holder = Process.Start(start)!;
        string? line = await holder.StandardOutput.ReadLineAsync(Token);
        Assert.Matches(@"\Acaller=held address=198\.18\.0\.\d+:80 host=stock\z", line);
        return holder;
    }
}
