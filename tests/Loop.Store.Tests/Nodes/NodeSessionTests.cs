using Loop.Contracts.Exchanges;
using Loop.Store.Nodes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Loop.Store.Tests.Nodes;

/// <summary>When an answer is overdue.</summary>
public sealed class NodeSessionTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    private readonly FakeTimeProvider _time = new();
    private readonly NodeSession _session;

    public NodeSessionTests()
    {
        _session = new NodeSession("node-a", epoch: 1, "1.0", queuedCommands: 16, _time);
        _session.SendCollect("watch", [TraceKey.FromRequestId("r1")!.Value]);
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void TakeOverdue_NodeThatSaysNothing_IsLostAfterTheTimeout()
    {
        _time.Advance(Timeout - TimeSpan.FromSeconds(0.1));
        Assert.Empty(_session.TakeOverdue(Timeout));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(["watch"], _session.TakeOverdue(Timeout));
    }

    [Fact]
    public void TakeOverdue_NodeThatStillSpeaks_IsWaitedForButNotForEver()
    {
        for (int second = 1; second < 15; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _session.Heard();
            Assert.Empty(_session.TakeOverdue(Timeout));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["watch"], _session.TakeOverdue(Timeout));
    }
}
