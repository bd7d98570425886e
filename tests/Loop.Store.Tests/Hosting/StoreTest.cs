using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Loop.Store.Tests.Hosting;

/// <summary>A test with a data directory of its own.</summary>
public abstract class StoreTest : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected string DataPath { get; } = Path.Combine(Path.GetTempPath(), "loop-store-" + Guid.NewGuid().ToString("n")[..12]);

    protected StoreHost Store { get; private set; } = null!;

    protected virtual void Configure(ConversationOptions options)
    {
    }

    public async ValueTask InitializeAsync() => Store = await StoreHost.Start(DataPath, Configure);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(DataPath, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A new process on the same directory.</summary>
    protected async Task Restart()
    {
        await Store.DisposeAsync();
        Store = await StoreHost.Start(DataPath, Configure);
    }

    /// <summary>Runs <paramref name="act"/> and waits until a published state fits; what was published before the act counts too when it fits still.</summary>
    protected async Task<ConversationSummary> Published(string id, Func<ConversationSummary, bool> fits, Func<Task>? act = null)
    {
        using ConversationFeed.Subscription feed = Store.Services.GetRequiredService<ConversationFeed>().Subscribe();
        if (act is not null)
            await act();
        ConversationSummary? last = await Store.Index.Get(id, CancellationToken.None);
        if (last is not null && fits(last))
            return last;
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await foreach (ConversationSummary summary in feed.Changes.ReadAllAsync(limit.Token))
            {
                if (summary.Id == id)
                    last = summary;
                if (summary.Id == id && fits(summary))
                    return summary;
            }
        }
        catch (OperationCanceledException)
        {
            // Told below, with what was seen.
        }

        throw new TimeoutException($"Conversation {id} was not published as expected; last seen: {last}");
    }

    protected Task<ConversationSummary> Sealed(string id) => Published(id, summary => summary.State is ConversationState.Sealed);
}
