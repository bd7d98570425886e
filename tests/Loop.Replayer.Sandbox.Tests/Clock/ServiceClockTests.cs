using Loop.Replayer.Agent.Clock;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Clock;

/// <summary>What services are given.</summary>
public sealed class ServiceClockTests
{
    private static readonly DateTimeOffset Start = new(2020, 2, 29, 0, 0, 0, TimeSpan.Zero);

    // What is in it does not matter here.
    private const string AnyFile = "/bin/sh";

    [Theory]
    [InlineData("", "LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 TZ=Europe/Berlin")]
    [InlineData("TZ=Asia/Tokyo", "LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 TZ=Asia/Tokyo")]
    [InlineData("LANG=fr_FR.UTF-8", "LANG=fr_FR.UTF-8 TZ=Europe/Berlin")]
    [InlineData("LC_ALL=C", "LC_ALL=C TZ=Europe/Berlin")]
    [InlineData("LC_TIME=C", "LANG=de_DE.UTF-8 LC_TIME=C TZ=Europe/Berlin")]
    public void ZoneAndLocale_OfTheServiceItself_AreLeftToIt(string own, string expected)
    {
        ServiceClock clock = new(new ClockPlan { TimeZone = "Europe/Berlin", Locale = "de_DE.UTF-8" }, isSealed: true, TimeProvider.System);

        Assert.Equal(expected, Text(clock.Environment(Variables(own))));
    }

    [Fact]
    public void Nothing_IsAddedWhereThePlanSaysNothing()
    {
        ServiceClock clock = new(new ClockPlan(), isSealed: true, TimeProvider.System);

        Assert.Equal("A=1", Text(clock.Environment(Variables("A=1"))));
        Assert.Empty(clock.Files(new Dictionary<string, byte[]>()));
    }

    [Fact]
    public void Shifted_IsOneOffsetHoweverLateAProcessStarts()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider time = new(Start + TimeSpan.FromDays(10));
        ServiceClock clock = new(new ClockPlan { Mode = ClockMode.Shifted, Start = Start }, isSealed: true, time, AnyFile);
        string first = Text(clock.Environment(Variables("LD_PRELOAD=/own.so")));
        time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal("LD_PRELOAD=/run/loop-clock.so:/own.so LOOP_CLOCK=shifted:-864000000000000", first);
        Assert.Equal(first, Text(clock.Environment(Variables("LD_PRELOAD=/own.so"))));
        Assert.Equal(Start + TimeSpan.FromSeconds(7), clock.Now);
    }

    [Fact]
    public void Frozen_IsTheStartItself()
    {
        ServiceClock clock = new(new ClockPlan { Mode = ClockMode.Frozen, Start = Start }, isSealed: true, TimeProvider.System, AnyFile);

        Assert.Equal("frozen:1582934400000000000", clock.Environment(Variables(""))["LOOP_CLOCK"]);
        Assert.Equal(["/run/loop-clock.so"], clock.Files(new Dictionary<string, byte[]>()).Keys);
    }

    [Fact]
    public void MissingLibrary_LeavesTheRealClockAndSaysWhy()
    {
        ServiceClock clock = new(new ClockPlan { Mode = ClockMode.Shifted, Start = Start }, isSealed: true, TimeProvider.System, library: "/no/libloop-clock.so");

        Assert.Equal("the services run at the time of the replay: /no/libloop-clock.so is missing, because Loop was built without a C compiler (cc)", clock.Obstacle);
        Assert.Equal("A=1", Text(clock.Environment(Variables("A=1"))));
    }

    private static Dictionary<string, string> Variables(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);

    private static string Text(IReadOnlyDictionary<string, string> variables) => string.Join(' ', variables.Select(entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal));
}
