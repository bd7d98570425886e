using Loop.Contracts.Exchanges;
using Loop.Replayer.Engine;
using Loop.Replayer.Hosting;
using Loop.Replayer.Tests.Support;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Loop.Replayer.Tests;

public sealed class HopObserverTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeStore _store = new();

    [Fact]
    public async Task Observe_NothingArrives_EndsAfterTheQuietTime() => Assert.Equal(TimeSpan.FromSeconds(2), await Run(_ => { }));

    [Fact]
    public async Task Observe_ArrivalWithinTheQuietTime_StartsItAnew() =>
        Assert.Equal(TimeSpan.FromSeconds(3), await Run(elapsed => See(elapsed == TimeSpan.FromSeconds(1))));

    [Fact]
    public async Task Observe_ArrivalsWithoutEnd_StopAtTheLimit() => Assert.Equal(TimeSpan.FromSeconds(10), await Run(_ => See(true)));

    private void See(bool now)
    {
        if (now)
            _store.Seen.Add(new Recording().Exchange(_store.Seen.Count + 1, "web", ExchangeView.Server, "GET", "/", 200, "{}"));
    }

    // Advances one poll at a time; the observer's continuations run on this thread.
    private async Task<TimeSpan> Run(Action<TimeSpan> atEachPoll)
    {
        DateTimeOffset start = _time.GetUtcNow();
        Task<IReadOnlyList<Exchange>> observing = new HopObserver(_store, Options.Create(new ReplayOptions()), _time).Observe("000000000001", CancellationToken.None);
        while (!observing.IsCompleted)
        {
            atEachPoll(_time.GetUtcNow() - start + TimeSpan.FromMilliseconds(250));
            _time.Advance(TimeSpan.FromMilliseconds(250));
            for (int turn = 0; turn < 50 && !observing.IsCompleted; turn++)
                await Task.Yield();
        }

        Assert.Equal(_store.Seen.Count, (await observing).Count);
        return _time.GetUtcNow() - start;
    }
}
