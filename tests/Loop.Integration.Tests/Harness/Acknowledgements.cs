using System.Collections.Concurrent;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Xunit;

namespace Loop.Integration.Tests.Harness;

/// <summary>Remembers everything that any answer of the API told, so that a later server can be held to it.</summary>
internal sealed class Acknowledgements
{
    private readonly ConcurrentDictionary<string, string> _conversations = new();
    private readonly ConcurrentDictionary<string, int> _shown = new();
    private readonly ConcurrentDictionary<(string Conversation, string Exchange), bool> _exchanges = new();
    private readonly ConcurrentDictionary<(string Conversation, string Exchange, string Side), byte[]> _bodies = new();

    public int Conversations => _conversations.Count;

    public int Exchanges => _exchanges.Count;

    public int Bodies => _bodies.Count;

    public void Told(string id, string by) => _conversations.TryAdd(id, by);

    /// <summary>Lists, shows and downloads for as long as the server answers.</summary>
    public async Task Watch(LoopApi api, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                foreach (ConversationSummary summary in await api.List(cancellationToken))
                {
                    Told(summary.Id, "list");
                    if (_shown.TryGetValue(summary.Id, out int exchanges) && exchanges == summary.Exchanges)
                        continue;
                    await Show(api, summary.Id, cancellationToken);
                    _shown[summary.Id] = summary.Exchanges;
                }
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            // It was killed; whatever was answered whole before counts.
        }
    }

    /// <summary>The same with the live stream.</summary>
    public async Task Tail(LoopApi api, CancellationToken cancellationToken)
    {
        try
        {
            await api.Tail(id => Told(id, "tail"), cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            // As above.
        }
    }

    /// <summary>Every conversation is listed; an id that was merged away still leads to its conversation.</summary>
    public async Task CheckListed(LoopApi api, CancellationToken cancellationToken)
    {
        HashSet<string> listed = [.. (await api.ListAll(cancellationToken)).Select(summary => summary.Id)];
        foreach ((string id, string by) in _conversations.Where(told => !listed.Contains(told.Key)))
            Assert.True(listed.Contains((await api.Show(id, cancellationToken)).Id), $"{id}, which {by} told of, is gone");
    }

    /// <summary>Every exchange and body that was shown is there, byte for byte.</summary>
    public async Task CheckContent(LoopApi api, CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, string> shown in _exchanges.Keys.GroupBy(key => key.Conversation, key => key.Exchange))
        {
            ConversationDetail detail = await api.Show(shown.Key, cancellationToken);
            foreach (string exchange in shown)
            {
                HopView? hop = detail.Hops.FirstOrDefault(hop => hop.Views.Any(view => view.ExchangeId == exchange));
                Assert.True(hop is not null, $"Exchange {exchange} of {shown.Key} was shown and is gone");
                foreach (string side in new[] { "request", "response" })
                {
                    if (_bodies.TryGetValue((shown.Key, exchange, side), out byte[]? body))
                        Assert.Equal(body, await api.Body(detail.Id, hop.Id, side, cancellationToken));
                }
            }
        }
    }

    private async Task Show(LoopApi api, string id, CancellationToken cancellationToken)
    {
        ConversationDetail detail = await api.Show(id, cancellationToken);
        foreach (HopView hop in detail.Hops)
        {
            // An access-log entry that stands alone becomes a part of its exchange as soon as that comes.
            foreach (HopExchangeView view in hop.Views.Where(view => view.Input is not CaptureInput.AccessLog))
                _exchanges.TryAdd((id, view.ExchangeId), true);
            if (hop.Request?.BodySha256 is not null)
                _bodies.TryAdd((id, hop.Views[0].ExchangeId, "request"), await api.Body(id, hop.Id, "request", cancellationToken));
            if (hop.Response?.BodySha256 is not null)
                _bodies.TryAdd((id, hop.Views[0].ExchangeId, "response"), await api.Body(id, hop.Id, "response", cancellationToken));
        }
    }
}
