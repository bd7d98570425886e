using Loop.Store.Core.Blobs;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Loop.Store.Core.ReadModels;
using Loop.Store.Files;
using Loop.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Loop.Store.Core.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Add_OfAllAdapters_GivesAWorkingStoreThatTheContainerCloses()
    {
        using var temporary = new TemporaryDirectory();
        using (DataDirectory directory = DataDirectory.Open(temporary.File("data"), TimeProvider.System))
        {
            var services = new ServiceCollection();
            services.AddSqliteStore(directory.EventsPath, directory.IndexPath).AddFileBlobs(directory).AddPackStore();
            await using ServiceProvider provider = services.BuildServiceProvider();

            SegmentWritten written = await provider.GetRequiredService<IPackStore>().WriteSegment("conversation-a", [Packs.PackSamples.Exchange(1, "a", "b")], TestContext.Current.CancellationToken);
            Assert.Equal(0, await provider.GetRequiredService<IConversationIndex>().Checkpoint(TestContext.Current.CancellationToken));
            Assert.Empty(await provider.GetRequiredService<IEventStore>().ReadAll(0, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
            Assert.Equal(32, provider.GetRequiredService<RedactionKeyFile>().Key.Length);
            Assert.Same(directory, provider.GetRequiredService<DataDirectory>());
            Assert.True(File.Exists(Path.Combine(directory.PacksPath, "conversation-a", $"{written.Segment}")));
            Assert.NotNull(await provider.GetRequiredService<IBlobStore>().Size("packs/conversation-a/1", TestContext.Current.CancellationToken));
        }

        // All files are closed: nothing but SQLite's own last checkpoint has touched them, and the write-ahead logs are gone.
        Assert.Empty(Directory.GetFiles(temporary.File("data"), "*-wal"));
    }
}
