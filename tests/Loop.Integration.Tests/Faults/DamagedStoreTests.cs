using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Faults;

public sealed class DamagedStoreTests
{
    private const int DataFault = 74;
    private static readonly string[] Loopback = ["--capture-listen", "127.0.0.1:0", "--link-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("garbage")]
    [InlineData("truncated")]
    [InlineData("another database")]
    public async Task Start_WithDamagedEvents_StopsAndSaysWhatToDo(string damage)
    {
        (string data, _) = await Kept.Directory(1, Cancellation);
        string events = Path.Combine(data, "events.db");
        byte[] whole = File.ReadAllBytes(events);
        switch (damage)
        {
            case "garbage":
                File.WriteAllText(events, new string('x', 20_000));
                break;
            case "truncated":
                File.WriteAllBytes(events, whole[..(whole.Length / 2)]);
                break;
            case "another database":
                File.Copy(Path.Combine(data, "index.db"), events, overwrite: true);
                break;
        }

        await AssertRefused(data, events, DataFault, damage == "another database" ? "--data" : "backup");
    }

    [Fact]
    public async Task Start_WithADamagedIndex_BuildsItAgainAndWarns()
    {
        (string data, IReadOnlyList<ConversationSummary> all) = await Kept.Directory(2, Cancellation);
        foreach (string content in new[] { new string('x', 20_000), "", "SQLite format 3\0" })
        {
            StoredFiles.DeleteIndex(data);
            File.WriteAllText(Path.Combine(data, "index.db"), content);
            await using LoopServer server = await LoopServer.Start(data, FastTimes.Environment);
            using var api = new LoopApi(server.Http);
            Assert.Equal(all.Select(one => (one.Id, one.Hops, one.State)), (await api.List(Cancellation)).Select(one => (one.Id, one.Hops, one.State)));
            Assert.Equal(content.Length > 0, server.Log.Contains("built anew from all events; nothing is lost", StringComparison.Ordinal));
            Assert.Empty(server.Errors);
            await server.Stop();
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    [Theory]
    [InlineData("mode", "chmod 600")]
    [InlineData("size", "backup")]
    [InlineData("garbage", "backup")]
    [InlineData("directory", "")]
    public async Task Start_WithABadRedactionKey_StopsAndSaysWhatToDo(string damage, string remedy)
    {
        (string data, _) = await Kept.Directory(1, Cancellation);
        string key = Path.Combine(data, "keys", "redaction.key");
        switch (damage)
        {
            case "mode":
                Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
                File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
                break;
            case "size":
                File.WriteAllText(key, File.ReadAllText(key)[..30]);
                break;
            case "garbage":
                File.WriteAllBytes(key, [0xFF, 0xFE, 0, 1, 2]);
                break;
            case "directory":
                File.Delete(key);
                Directory.CreateDirectory(key);
                break;
        }

        await AssertRefused(data, key, DataFault, remedy);
    }

    [Fact]
    public async Task Start_WithAFileAsDataDirectory_StopsAndSaysSo()
    {
        string file = Path.GetTempFileName();
        await AssertRefused(file, file, DataFault, "--data");
        await AssertRefused("/proc/loop-data", "/proc/loop-data", DataFault, "--data");
        File.Delete(file);
    }

    private static async Task AssertRefused(string data, string path, int code, string remedy)
    {
        (int exitCode, string output) = await LoopServer.RunToEnd(["--data", data, .. Loopback]);
        Assert.Equal((code, true), (exitCode, output.Contains(path, StringComparison.Ordinal)));
        Assert.StartsWith("loopd: ", output, StringComparison.Ordinal);
        Assert.Contains(remedy, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }
}
