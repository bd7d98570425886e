using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Loop.Contracts.Api;

namespace Loop.Client;

/// <content>Paging and tails.</content>
public sealed partial class LoopClient
{
    private const string ConversationEvent = "conversation";

    /// <summary>Conversations, newest first, over as many pages as it takes for <paramref name="limit"/> of them; <paramref name="controls"/> as of <see cref="ListConversations"/>.</summary>
    public async IAsyncEnumerable<ConversationSummary> ListAllConversations(int limit, bool controls, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int largestPage = 200;
        string? before = null;
        for (int left = limit; left > 0;)
        {
            Page<ConversationSummary> page = await ListConversations(Math.Min(left, largestPage), before, controls, cancellationToken);
            foreach (ConversationSummary summary in page.Items.Take(left))
                yield return summary;
            left -= page.Items.Count;
            if (page.Next is null || page.Items.Count == 0)
                yield break;
            before = page.Next;
        }
    }

    /// <summary>Conversations as they are kept, change and are sealed. Ends when the server ends it; the caller connects again.</summary>
    public async IAsyncEnumerable<ConversationSummary> Tail(bool controls, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Root}tail" + (controls ? "?controls=true" : ""));
        request.Headers.Accept.ParseAdd("text/event-stream");
        using HttpResponseMessage response = await _transport.Open(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            throw new LoopAnswerException(_options.Url, "the tail is no event stream");
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using IAsyncEnumerator<SseItem<ConversationSummary?>> items = SseParser.Create(stream, Parse).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await Next(items, cancellationToken))
        {
            if (items.Current.Data is { } summary)
                yield return summary;
        }
    }

    // Events of other names may come with later versions; they are not ours.
    private static ConversationSummary? Parse(string type, ReadOnlySpan<byte> data) =>
        type == ConversationEvent ? JsonSerializer.Deserialize<ConversationSummary>(data, LoopJson.Options) : null;

    private async Task<bool> Next(IAsyncEnumerator<SseItem<ConversationSummary?>> items, CancellationToken cancellationToken)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (JsonException exception)
        {
            throw new LoopAnswerException(_options.Url, $"an event of the tail is no conversation ({exception.Message})", exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new LoopUnreachableException(_options.Url, "the tail broke off", exception);
        }
    }
}
