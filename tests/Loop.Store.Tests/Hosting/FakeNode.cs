using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Loop.Protocols.Exchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Hosting;

/// <summary>A capture node as the store sees it: it dials, says hello, and does what a test tells it.</summary>
public sealed class FakeNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AsyncDuplexStreamingCall<NodeMessage, StoreMessage> _call;
    private readonly Channel<StoreMessage> _received = Channel.CreateUnbounded<StoreMessage>();
    private readonly List<StoreMessage> _skipped = [];
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Task _reading;
    private long _lastTriggerId;

    private FakeNode(string name, long epoch, AsyncDuplexStreamingCall<NodeMessage, StoreMessage> call)
    {
        Name = name;
        Epoch = epoch;
        _call = call;
        _reading = Read();
    }

    public string Name { get; }

    public long Epoch { get; }

    public Welcome Welcome { get; private set; } = new();

    /// <summary>What it says to capture in its answers, as <c>service/view</c>.</summary>
    public IReadOnlyList<string> Watches { get; set; } = [];

    public RpcException? Refusal { get; private set; }

    public static async Task<FakeNode> Connect(StoreHost store, string name = "node-a", long epoch = 1_000)
    {
        FakeNode node = await Dial(store, name, epoch);
        node.Welcome = (await node.Next(message => message.Welcome is not null)).Welcome;
        return node;
    }

    public static async Task<FakeNode> Dial(StoreHost store, string name, long epoch)
    {
        var node = new FakeNode(name, epoch, store.Link.Attach());
        await node.Send(new NodeMessage { Hello = new Hello { Node = name, Epoch = epoch, Version = "test" } });
        return node;
    }

    public async Task Send(NodeMessage message)
    {
        await _sending.WaitAsync();
        try
        {
            await _call.RequestStream.WriteAsync(message);
        }
        finally
        {
            _sending.Release();
        }
    }

    public async Task<TriggerAcknowledged> Trigger(Exchange exchange, long? triggerId = null, string reason = "status 500")
    {
        long id = triggerId ?? ++_lastTriggerId;
        var triggered = new Triggered { TriggerId = id, Rule = "default", Reason = reason, ExchangeId = exchange.Id.ToString(), At = DateTimeOffset.UtcNow.ToTimestamp() };
        triggered.Keys.AddRange(exchange.Keys.Select(key => key.ToString()));
        await Send(new NodeMessage { Triggered = triggered });
        return (await Next(message => message.TriggerAcknowledged?.TriggerId == id)).TriggerAcknowledged;
    }

    public async Task<Collect> NextCollect(string? watchId = null) => (await Next(message => message.Collect is { } collect && (watchId is null || collect.WatchId == watchId))).Collect;

    public Task SendExchange(string watchId, Captured exchange) => Send(new NodeMessage
    {
        Exchange = new Loop.Protocols.Capture.V1.CapturedExchange
        {
            WatchId = watchId,
            Head = ExchangeCodec.Encode(exchange.Head),
            RequestBody = ByteString.CopyFrom(exchange.RequestBody.Span),
            ResponseBody = ByteString.CopyFrom(exchange.ResponseBody.Span),
        },
    });

    public async Task Answer(Collect collect, int open, params Captured[] exchanges)
    {
        foreach (Captured exchange in exchanges)
            await SendExchange(collect.WatchId, exchange);
        await Send(new NodeMessage
        {
            CollectAnswer = new CollectAnswer
            {
                CollectId = collect.CollectId,
                WatchId = collect.WatchId,
                OpenCount = open,
                StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(Epoch).ToTimestamp(),
                Watches = { Watches },
            },
        });
    }

    public async Task<Find> NextFind() => (await Next(message => message.Find is not null)).Find;

    public Task Found(Find find, params Exchange[] exchanges)
    {
        var found = new Found { FindId = find.FindId };
        foreach (Exchange exchange in exchanges)
            found.Exchanges.Add(new FoundExchange { ExchangeId = exchange.Id.ToString(), StartedAt = exchange.StartedAt.ToTimestamp(), Keys = { exchange.Keys.Select(key => key.ToString()) } });
        return Send(new NodeMessage { Found = found });
    }

    /// <summary>How many messages came, by now, that nobody waited for.</summary>
    public int Skipped(Func<StoreMessage, bool> isMeant)
    {
        while (_received.Reader.TryRead(out StoreMessage? message))
            _skipped.Add(message);
        return _skipped.Count(isMeant);
    }

    public Task OpenChanged(string watchId, int open) => Send(new NodeMessage { OpenChanged = new OpenChanged { WatchId = watchId, OpenCount = open } });

    public async Task<StoreMessage> Next(Func<StoreMessage, bool> isWanted)
    {
        int index = _skipped.FindIndex(message => isWanted(message));
        if (index >= 0)
        {
            StoreMessage found = _skipped[index];
            _skipped.RemoveAt(index);
            return found;
        }

        using var limit = new CancellationTokenSource(Patience);
        await foreach (StoreMessage message in _received.Reader.ReadAllAsync(limit.Token))
        {
            if (isWanted(message))
                return message;
            _skipped.Add(message);
        }

        throw new InvalidOperationException($"The link of {Name} ended before the message came: {Refusal?.Status}. Skipped: {string.Join("; ", _skipped)}");
    }

    /// <summary>Waits until the store ends the link.</summary>
    public Task Ended() => _reading.WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await _reading;
        _sending.Dispose();
    }

    private async Task Read()
    {
        try
        {
            await foreach (StoreMessage message in _call.ResponseStream.ReadAllAsync())
                _received.Writer.TryWrite(message);
        }
        catch (RpcException exception)
        {
            Refusal = exception;
        }
        finally
        {
            _received.Writer.TryComplete();
        }
    }
}
