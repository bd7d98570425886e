using System.Globalization;
using Loop.Replayer.Sandbox.Driver;
using Loop.Testing.Envoy;

namespace Loop.Replayer.Sandbox.Tests.Clock;

/// <summary>A sandbox with a clock.</summary>
internal static class ClockRig
{
    /// <summary>A leap day.</summary>
    public static readonly DateTimeOffset Start = new(2020, 2, 29, 23, 30, 0, 250, TimeSpan.Zero);

    /// <summary>A test may be slow, but not by an hour.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<ISandbox> Started(ClockPlan clock, bool isSealed, params SandboxService[] services)
    {
        if (clock.Mode is not ClockMode.Real && !File.Exists(Path.Combine(AppContext.BaseDirectory, "libloop-clock.so")))
            RequireReal.Skip("Loop was built without a C compiler (cc), so there is no clock for live services.");
        ISandboxDriver driver = isSealed ? await TestSandbox.Required() : TestSandbox.Driver("these tests say so");
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = services, Clock = clock, RecordedHosts = ["stock"], ReadyLimit = TimeSpan.FromMinutes(2) }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);
        return sandbox;
    }

    /// <summary>A service's wall clock, and how far its zone is ahead.</summary>
    public static async Task<(DateTimeOffset Time, int MinutesAhead)> Now(ISandbox sandbox, SandboxService service, string question = "now")
    {
        long[] numbers = await Numbers(sandbox, service, question);
        return (DateTimeOffset.FromUnixTimeMilliseconds(numbers[0]), (int)numbers[1]);
    }

    /// <summary>What went by on a service's clocks, in milliseconds, while it waited for 300.</summary>
    public static async Task<(long Monotonic, long Wall)> Timer(ISandbox sandbox, SandboxService service)
    {
        long[] numbers = await Numbers(sandbox, service, "timer");
        return (numbers[0], numbers[1]);
    }

    public static Task<string> Ask(ISandbox sandbox, SandboxService service, string question) => TestSandbox.Get(sandbox, service.Name, service.Port, "/clock/" + question);

    /// <summary>What is found out about the clock of a service.</summary>
    public static async Task<ClockProbed> Probed(ISandbox sandbox, string service)
    {
        await foreach (SandboxObservation observation in sandbox.Observations.ReadAllAsync(Token))
        {
            if (observation is ClockProbed probed && probed.Service == service)
                return probed;
        }

        throw new InvalidOperationException($"The sandbox ended without a word about the clock of {service}.");
    }

    private static async Task<long[]> Numbers(ISandbox sandbox, SandboxService service, string question) =>
        [.. (await Ask(sandbox, service, question)).Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
}
