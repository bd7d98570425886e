using System.Collections.Concurrent;
using System.Threading.Channels;
using Loop.Contracts.Api;

namespace Loop.Store.Conversations;

/// <summary>Tells live readers of each change, after it is durable. A reader that does not keep up loses the oldest lines, never holds a grain.</summary>
public sealed class ConversationFeed(StoreInstruments instruments)
{
    private const int Capacity = 256;

    private readonly ConcurrentDictionary<Subscription, byte> _subscriptions = new();

    /// <summary>A reader; dispose it to leave.</summary>
    public Subscription Subscribe()
    {
        var subscription = new Subscription(this, Channel.CreateBounded<ConversationSummary>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => instruments.OnTailDropped()));
        _subscriptions[subscription] = 0;
        return subscription;
    }

    /// <summary>Tells all readers.</summary>
    public void Publish(ConversationSummary summary)
    {
        foreach (Subscription subscription in _subscriptions.Keys)
            subscription.Write(summary);
    }

    /// <summary>One reader's queue.</summary>
    public sealed class Subscription : IDisposable
    {
        private readonly ConversationFeed _feed;
        private readonly Channel<ConversationSummary> _channel;

        internal Subscription(ConversationFeed feed, Channel<ConversationSummary> channel)
        {
            _feed = feed;
            _channel = channel;
        }

        /// <summary>What happened since the subscription.</summary>
        public ChannelReader<ConversationSummary> Changes => _channel.Reader;

        /// <inheritdoc/>
        public void Dispose()
        {
            _feed._subscriptions.TryRemove(this, out _);
            _channel.Writer.TryComplete();
        }

        internal void Write(ConversationSummary summary) => _channel.Writer.TryWrite(summary);
    }
}
