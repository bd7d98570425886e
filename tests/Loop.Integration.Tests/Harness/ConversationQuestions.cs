using System.Net;
using System.Net.Http.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Testing.Envoy;

namespace Loop.Integration.Tests.Harness;

/// <summary>What tests ask about one conversation.</summary>
internal static class ConversationQuestions
{
    /// <summary>The line of a trace in the list, as soon as it is as expected.</summary>
    public static async Task<ConversationSummary> ListedOf(this LoopApi api, TestTrace trace, CancellationToken cancellationToken, Func<ConversationSummary, bool>? isExpected = null)
    {
        IReadOnlyList<ConversationSummary> list = await api.ListUntil(
            all => all.Any(one => one.TraceKey == trace.Key && isExpected?.Invoke(one) != false), $"a conversation {trace.Key} as described", cancellationToken, limitSeconds: 60);
        return list.Single(one => one.TraceKey == trace.Key);
    }

    /// <summary>Asks for the status until it is as expected.</summary>
    public static async Task<SystemStatus> StatusUntil(this LoopApi api, Func<SystemStatus, bool> isExpected, string expectation, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        SystemStatus status;
        while (!isExpected(status = await api.Status(cancellationToken)))
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"Expected {expectation}; the status is {System.Text.Json.JsonSerializer.Serialize(status)}");
            await Task.Delay(100, cancellationToken);
        }

        return status;
    }

    /// <summary>
    /// Waits until an Envoy's health check has passed the collector and the node is linked to the store: what passes before that is rightly not captured.
    /// </summary>
    public static async Task CollectorIsUsedBy(this LoopApi api, RealEnvoy envoy, CancellationToken cancellationToken)
    {
        while ((await envoy.Admin.Stats("cluster.loop_collector.membership_healthy", cancellationToken)).Values.Sum() == 0)
            await Task.Delay(50, cancellationToken);
        await api.StatusUntil(status => status.Ready, "a server that is ready", cancellationToken);
    }

    /// <summary>
    /// The conversation of a trace once it is sealed. Where the machine is so busy that a node counts as silent, the seal comes first and its exchanges late.
    /// </summary>
    public static async Task<ConversationDetail> SealedOf(this LoopApi api, TestTrace trace, CancellationToken cancellationToken) =>
        await api.Show((await api.ListedOf(trace, cancellationToken, one => one is { State: ConversationState.Sealed, Hops: > 0 })).Id, cancellationToken);

    /// <summary><c>POST /api/v1/conversations</c>.</summary>
    public static async Task<(HttpStatusCode Status, string Text)> Keep(this LoopApi api, string key, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await api.Http.PostAsJsonAsync("/api/v1/conversations", new { key }, cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Proves that a trace was not kept, by keeping it now: 201 says that it is new. Returns it sealed.</summary>
    public static async Task<ConversationDetail> KeptByHand(this LoopApi api, TestTrace trace, CancellationToken cancellationToken)
    {
        (HttpStatusCode status, string text) = await api.Keep(trace.TraceId, cancellationToken);
        if (status != HttpStatusCode.Created)
            throw new InvalidOperationException($"Expected 201 for {trace.Key}, not {(int)status}: {text}");
        return await api.SealedOf(trace, cancellationToken);
    }

    /// <summary>The kept bytes of a body.</summary>
    public static async Task<byte[]> Body(this LoopApi api, ConversationDetail conversation, HopView hop, string side, CancellationToken cancellationToken, bool decoded = false) =>
        await api.Http.GetByteArrayAsync($"/api/v1/conversations/{conversation.Id}/hops/{hop.Id}/{side}/body?decoded={(decoded ? "true" : "false")}", cancellationToken);

    /// <summary>The same as text.</summary>
    public static async Task<string> BodyText(this LoopApi api, ConversationDetail conversation, HopView hop, string side, CancellationToken cancellationToken, bool decoded = false) =>
        System.Text.Encoding.UTF8.GetString(await api.Body(conversation, hop, side, cancellationToken, decoded));
}
