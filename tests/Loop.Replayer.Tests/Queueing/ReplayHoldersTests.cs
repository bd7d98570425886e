using System.Diagnostics;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Replayer.Hosting;
using Loop.Replayer.Queueing;
using Loop.Replayer.Sandbox.Processes;
using Loop.Replayer.Tests.Support;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Loop.Replayer.Tests.Queueing;

/// <summary>Whose replays a replayer leaves alone.</summary>
public sealed class ReplayHoldersTests
{
    private readonly FakeTimeProvider _time = new(Recording.Start);
    private readonly ReplayHolders _holders;

    public ReplayHoldersTests() => _holders = new ReplayHolders(Options.Create(new ReplayOptions { ForeignQuiet = TimeSpan.FromMinutes(10) }), _time);

    [Fact]
    public void Own_IsHeld() => Assert.False(_holders.IsFree(Of(_holders.Self)));

    [Fact]
    public void OfALivingProcess_IsLeftAlone_AndFreeWhenItHasEnded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are read from /proc.");
        using Process other = Process.Start("sleep", "600");
        ReplayHolder holder = _holders.Self with { ProcessId = other.Id, StartedAt = ProcessMark.Of(other.Id)!.Value.StartTime };
        Assert.False(_holders.IsFree(Of(holder)));
        // Another process may have got the id.
        Assert.True(_holders.IsFree(Of(holder with { StartedAt = "1" })));

        other.Kill();
        other.WaitForExit();

        Assert.True(_holders.IsFree(Of(holder)));
    }

    [Fact]
    public void OfAnotherMachine_IsFreeWhenItsStreamHasBeenQuiet()
    {
        ReplayProgress progress = Of(_holders.Self with { Machine = "elsewhere" });
        Assert.False(_holders.IsFree(progress));
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(_holders.IsFree(progress));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(_holders.IsFree(progress));
    }

    [Fact]
    public void OfAnotherMachine_IsFreeAtOnceWhereTheStoreIsLocked()
    {
        ReplayHolders alone = new(Options.Create(new ReplayOptions()), _time) { IsAlone = true };

        Assert.True(alone.IsFree(Of(_holders.Self with { Machine = "elsewhere" })));
        Assert.False(alone.IsFree(Of(alone.Self)));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(1, false)]
    public void OfNobody_IsFreeWhenItWasThereBefore(int seconds, bool expected) => Assert.Equal(expected, _holders.IsFree(Of(null, seconds)));

    private static ReplayProgress Of(ReplayHolder? holder, int seconds = 0)
    {
        DateTimeOffset at = Recording.Start.AddSeconds(seconds);
        return new ReplayProgress
        {
            Requested = new ReplayRequested("r00000000001", ConversationId.Parse(Recording.Id), "hop-1", "sandbox", [], at),
            Report = Reports.Earlier("sandbox", null),
            Holder = holder,
            LastFactAt = at,
        };
    }
}
