using System.Collections.Concurrent;
using System.Threading.Channels;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Searching;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Tests.Fakes;

/// <summary>A collector that remembers what it was asked.</summary>
internal sealed class FakeCollector : IConversationCollector
{
    public const string Node = "node-a";
    public const long Epoch = 1_700_000_000_000;

    private readonly Channel<NodeSignal> _signals = Channel.CreateUnbounded<NodeSignal>();

    public ConcurrentQueue<string> Asked { get; } = new();

    public Func<string, IReadOnlyList<TraceKey>, CollectResult>? OnCollect { get; set; }

    public IReadOnlyList<FoundExchange> Found { get; set; } = [];

    public ChannelReader<NodeSignal> Signals => _signals.Reader;

    public TaskCompletionSource Pump { get; } = new();

    public Task Completion => Pump.Task;

    public void Signal(NodeSignal signal) => _signals.Writer.TryWrite(signal);

    public CollectResult Collect(string watchId, IReadOnlyList<TraceKey> keys, bool includeOpen = false)
    {
        Asked.Enqueue($"collect {watchId} {string.Join(',', keys)}");
        return OnCollect!(watchId, keys);
    }

    public void Unwatch(string watchId) => Asked.Enqueue($"unwatch {watchId}");

    public void RegisterReplay(string replayId, IReadOnlyList<TraceKey> keys) => Asked.Enqueue($"register {replayId} {string.Join(',', keys)}");

    public void UnregisterReplay(string replayId) => Asked.Enqueue($"unregister {replayId}");

    public Task<IReadOnlyList<FoundExchange>> Find(RingQuery query, int limit, CancellationToken cancellationToken)
    {
        Asked.Enqueue($"find {query} {limit}");
        return Task.FromResult(Found);
    }

    public void SetRedactionKey(ReadOnlySpan<byte> key, string keyId) => Asked.Enqueue($"key {keyId} {Convert.ToHexString(key)}");

    public NodeStatusView Snapshot() => new()
    {
        Node = Node,
        Epoch = Epoch,
        Connected = true,
        LastSeenAt = DateTimeOffset.UnixEpoch,
        Horizon = DateTimeOffset.UnixEpoch.AddHours(1),
        ExchangesPerSecond = 2.5,
        RingExchanges = 3,
        RingBytesUsed = 4,
        RingBytesTotal = 5,
        OpenExchanges = 6,
        Counts = new Dictionary<string, long> { ["shed"] = 7 },
        Inputs = new Dictionary<string, long> { ["external_processor"] = 8 },
    };
}
