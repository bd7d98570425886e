using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Loop.Store.Api;

/// <summary>Live changes as server-sent events.</summary>
internal static class TailEndpoint
{
    // Below the 30 s after which common proxies end an idle connection.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    public static async Task Tail(string? controls, HttpContext http, ConversationFeed feed, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        if (controls is not (null or "true" or "false"))
        {
            await ApiProblems.BadRequest("Malformed option", "controls is 'true' or 'false'.").ExecuteAsync(http);
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        using ConversationFeed.Subscription subscription = feed.Subscribe();
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            // Sent at once, so that a client knows that nothing from here on is missed.
            await Write(http.Response, ": connected\n\n", ending.Token);
            Task<bool> next = subscription.Changes.WaitToReadAsync(ending.Token).AsTask();
            while (true)
            {
                using (var cancelDelay = CancellationTokenSource.CreateLinkedTokenSource(ending.Token))
                {
                    await Task.WhenAny(next, Task.Delay(Heartbeat, time, cancelDelay.Token));
                    await cancelDelay.CancelAsync();
                }

                if (!next.IsCompleted)
                {
                    await Write(http.Response, ": heartbeat\n\n", ending.Token);
                    continue;
                }

                if (!await next)
                    return;
                while (subscription.Changes.TryRead(out ConversationSummary? summary))
                {
                    if (summary.Trigger.Rule == Trigger.ControlRule && controls != "true")
                        continue;
                    await Write(http.Response, $"event: conversation\ndata: {JsonSerializer.Serialize(summary, ApiJson.Options)}\n\n", ending.Token);
                }

                next = subscription.Changes.WaitToReadAsync(ending.Token).AsTask();
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The reader left, or the store stops.
        }
    }

    private static async Task Write(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
