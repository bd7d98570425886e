using System.Diagnostics;
using System.Globalization;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Shop;

/// <summary>kill -9 of the demo leaves nothing behind that would hold its ports.</summary>
public sealed class DemoKilledTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_OfTheDemo_EndsItsChildren(bool withEnvoy)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "children are read from /proc");
        if (withEnvoy)
            RequireReal.EnvoyBinary();
        string programs = AppContext.BaseDirectory;
        ProcessStartInfo start = new(Path.Combine(programs, "Loop.Samples.Demo"), ["--bin", programs, "--free-ports"]) { RedirectStandardOutput = true };
        if (!withEnvoy)
            start.Environment["LOOP_ENVOY"] = "none";
        using Process demo = Process.Start(start)!;
        int[] children = [];
        try
        {
            // Loop and its proxies run, and most likely a part of the shop.
            await Until(() => (children = Children(demo.Id)).Select(Name).Any(name => name == (withEnvoy ? "envoy" : "loopctl")), () => "the demo has no proxy yet");
        }
        finally
        {
            demo.Kill();
        }

        await Until(() => !children.Any(IsRunning), () => $"still running: {string.Join(", ", children.Where(IsRunning).Select(Name))}");
    }

    private static async Task Until(Func<bool> isSo, Func<string> otherwise)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, otherwise());
            await Task.Delay(PollInterval, TimeProvider.System, Cancellation);
        }
    }

    private static int[] Children(int parent) =>
        [.. Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : 0)
            .Where(id => id > 0 && Stat(id) is { } stat && stat.Parent == parent)];

    private static bool IsRunning(int id) => Stat(id) is { State: not 'Z' };

    private static string Name(int id) => Stat(id)?.Name ?? "";

    // "ID (NAME) STATE PARENT …" (proc(5)); null when it is gone.
    private static (string Name, char State, int Parent)? Stat(int id)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{id}/stat");
            int end = text.LastIndexOf(')');
            string[] rest = text[(end + 2)..].Split(' ');
            return (text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..end], rest[0][0], int.Parse(rest[1], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
