using System.Diagnostics;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Shop;

/// <summary>kill -9 of the demo leaves nothing behind that would hold its ports.</summary>
public sealed class DemoKilledTests
{
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
            await ProcessTree.Until(() => (children = ProcessTree.Children(demo.Id)).Select(ProcessTree.Name).Any(name => name == (withEnvoy ? "envoy" : "loopctl")), () => "the demo has no proxy yet");
        }
        finally
        {
            demo.Kill();
        }

        await ProcessTree.Until(() => !children.Any(ProcessTree.IsRunning), () => $"still running: {string.Join(", ", children.Where(ProcessTree.IsRunning).Select(ProcessTree.Name))}");
    }
}
