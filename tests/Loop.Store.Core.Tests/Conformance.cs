using Loop.Store.Conformance.Blobs;
using Loop.Store.Conformance.Events;
using Loop.Store.Conformance.ReadModels;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Events;
using Loop.Store.Core.ReadModels;
using Loop.Store.Files;
using Loop.Store.Sqlite.Events;
using Loop.Store.Sqlite.ReadModels;

namespace Loop.Store.Core.Tests;

public sealed class InMemoryEventStoreConformance : EventStoreConformance
{
    protected override IEventStore Store { get; } = new InMemoryEventStore(TimeProvider.System);
}

public sealed class SqliteEventStoreConformance : EventStoreConformance, IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SqliteEventStore _store;

    public SqliteEventStoreConformance() => _store = SqliteEventStore.Open(_directory.File("events.db"), TimeProvider.System);

    protected override IEventStore Store => _store;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }
}

public sealed class InMemoryBlobStoreConformance : BlobStoreConformance
{
    protected override IBlobStore Store { get; } = new InMemoryBlobStore();
}

public sealed class FileBlobStoreConformance : BlobStoreConformance, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public FileBlobStoreConformance() => Store = new FileBlobStore(_directory.Path, "packs");

    protected override IBlobStore Store { get; }

    public void Dispose() => _directory.Dispose();
}

public sealed class InMemoryConversationIndexConformance : ConversationIndexConformance
{
    protected override IConversationIndex Index { get; } = new InMemoryConversationIndex();
}

public sealed class SqliteConversationIndexConformance : ConversationIndexConformance, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SqliteConversationIndex _index;

    public SqliteConversationIndexConformance() => _index = SqliteConversationIndex.Open(_directory.File("index.db"));

    protected override IConversationIndex Index => _index;

    public void Dispose()
    {
        _index.Dispose();
        _directory.Dispose();
    }
}
