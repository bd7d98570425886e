using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Loop.Store.Core.Compression;
using Loop.Store.Core.Events;
using Microsoft.Data.Sqlite;
using ZstdSharp;

namespace Loop.Store.Sqlite.Events;

/// <summary>
/// Events in one SQLite file: WAL with synchronous=FULL, so that a commit is on the disk when it returns. One writer takes whatever waits into one
/// transaction, so that many appends share one sync; it gives positions in the order of commits, which therefore become visible without gaps.
/// </summary>
public sealed class SqliteEventStore : IEventStore, IAsyncDisposable
{
    private const int MaxEventsPerAppend = 500;
    private const int MaxEventSizeBytes = 65_536;
    private const int MaxBatchSizeBytes = 4 * 1024 * 1024;
    private const int MaxWaiting = 1024;
    private const int PageLength = 64; // rows
    private const int WindowLength = 1024; // positions

    // Rows have the position of their last event, and an event in the window may be the first of its row.
    private static readonly string Window = StoredRow.Select(
        $"position > $a AND position < $b + {MaxEventsPerAppend}",
        $"position > $a AND position < $b + {StreamCompaction.MaxSpan} AND first <= $b",
        "");

    private readonly SqliteFile _file;
    private readonly TimeProvider _timeProvider;
    private readonly Channel<PendingAppend> _waiting;
    private readonly Compressor _compressor = BuiltInDictionary.NewCompressor(EventPacking.Level);
    private readonly Compressor _compacting = BuiltInDictionary.NewCompressorThree(CompactedEvents.Level); // used by the one writing transaction
    private readonly Task _writing;
    private TaskCompletionSource _appended = NewSignal();

    private SqliteEventStore(SqliteFile file, TimeProvider timeProvider)
    {
        _file = file;
        _timeProvider = timeProvider;
        _waiting = Channel.CreateBounded<PendingAppend>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _writing = Task.Run(WriteBatches);
    }

    /// <summary>Opens the file or creates it.</summary>
    /// <param name="path">The file; its directory exists.</param>
    /// <param name="timeProvider">Gives events their time.</param>
    /// <param name="maxSizeBytes">Largest size of the file, 0 for no limit: an append beyond it fails as on a full disk.</param>
    public static SqliteEventStore Open(string path, TimeProvider timeProvider, long maxSizeBytes = 0) =>
        new(SqliteFile.Open(path, EventSchema.Create(maxSizeBytes)), timeProvider);

    /// <inheritdoc/>
    public async Task<AppendResult> Append(StreamName stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(expectedVersion, -1);
        ArgumentOutOfRangeException.ThrowIfZero(events.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(events.Count, MaxEventsPerAppend);
        foreach (NewEvent item in events)
        {
            int size = item.Data.Length + item.Metadata.Length;
            if (size > MaxEventSizeBytes)
                throw new EventTooLargeException(item.Type, size);
        }

        var append = new PendingAppend(stream, expectedVersion, [.. events]);
        try
        {
            await _waiting.Writer.WriteAsync(append, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(SqliteEventStore));
        }

        return await append.Completion.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredEvent> ReadStream(StreamName stream, long fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long next = Math.Max(fromVersion, 0);
        while (true)
        {
            const string Behind = "stream = (SELECT id FROM streams WHERE name = $a) AND version >= $b";
            string select = StoredRow.Select(Behind, Behind, $"ORDER BY version LIMIT {PageLength}");
            List<IReadOnlyList<StoredEvent>> page = await _file.Read(
                connection =>
                {
                    // Asked before its events, since it comes with its first ones.
                    bool isThere = next == 0 && HasStream(connection, stream);
                    List<IReadOnlyList<StoredEvent>> rows = Rows(connection, select, stream.ToString(), next);
                    return rows.Count > 0 || !isThere ? rows : throw _file.Damaged($"no event of stream {stream} can be found");
                },
                cancellationToken);
            foreach (StoredEvent item in page.SelectMany(row => row))
            {
                if (item.Version < next)
                    continue; // The first row of the page may begin before it.
                if (item.Version != next)
                    throw _file.Damaged($"event {next} of stream {stream} is missing");
                next++;
                yield return item;
            }

            if (page.Count < PageLength)
                yield break;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredEvent> ReadAll(long afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long end = await _file.Read(ReadLastPosition, cancellationToken);
        for (long after = afterPosition; after < end; after += WindowLength)
        {
            // Window by window, each in one statement: a stream that is compacted between two of them changes its place in neither.
            long last = Math.Min(after + WindowLength, end);
            List<IReadOnlyList<StoredEvent>> rows = await _file.Read(connection => Rows(connection, Window, after, last), cancellationToken);
            foreach (StoredEvent item in rows.SelectMany(row => row).Where(item => item.Position > after && item.Position <= last).OrderBy(item => item.Position))
                yield return item;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredEvent> SubscribeAll(long afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = afterPosition;
        while (true)
        {
            // Taken before the read: what is committed while we read pulses this very signal.
            Task appended = Volatile.Read(ref _appended).Task;
            await foreach (StoredEvent item in ReadAll(after, cancellationToken))
            {
                after = item.Position;
                yield return item;
            }

            await appended.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task Compact(StreamName stream, CancellationToken cancellationToken) =>
        _file.Write((connection, transaction) => new StreamCompaction(_file, _compacting, connection, transaction).Run(stream), cancellationToken);

    /// <summary>Waits for the appends that were accepted, then closes the file. Subscriptions end with their own cancellation.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_waiting.Writer.TryComplete())
            return;
        await _writing;
        _compressor.Dispose();
        _compacting.Dispose();
        _file.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long ReadLastPosition(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = LastPosition.Select;
        return LastPosition.Read(_file, command).OfEvents;
    }

    private static bool HasStream(SqliteConnection connection, StreamName stream)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM streams WHERE name = $a";
        command.Parameters.AddWithValue("$a", stream.ToString());
        return command.ExecuteScalar() is not null;
    }

    private List<IReadOnlyList<StoredEvent>> Rows(SqliteConnection connection, string select, object first, object second)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this type only; values travel as parameters.
        command.CommandText = select;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$a", first);
        command.Parameters.AddWithValue("$b", second);
        using SqliteDataReader row = command.ExecuteReader();
        List<IReadOnlyList<StoredEvent>> rows = [];
        while (row.Read())
            rows.Add(StoredRow.Read(_file, row));
        return rows;
    }

    private async Task WriteBatches()
    {
        List<PendingAppend> batch = [];
        while (await _waiting.Reader.WaitToReadAsync())
        {
            int sizeBytes = 0;
            while (sizeBytes < MaxBatchSizeBytes && _waiting.Reader.TryRead(out PendingAppend? append))
            {
                batch.Add(append);
                sizeBytes += append.SizeBytes;
            }

            await WriteBatch(batch);
            batch.Clear();
        }
    }

    private async Task WriteBatch(List<PendingAppend> batch)
    {
        try
        {
            AppendResult[] results = await _file.Write(
                (connection, transaction) =>
                {
                    using var appends = new AppendBatch(_file, _compressor, connection, transaction, _timeProvider.GetUtcNow());
                    return batch.ConvertAll(appends.Append).ToArray();
                },
                CancellationToken.None);
            for (int index = 0; index < results.Length; index++)
                batch[index].Completion.TrySetResult(results[index]);
            Interlocked.Exchange(ref _appended, NewSignal()).TrySetResult();
        }
#pragma warning disable CA1031 // Whatever failed, failed for those that wait; the writer lives on for the next (space may be freed).
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (batch.Count > 1)
                await WriteOneByOne(batch);
            else
                batch[0].Completion.TrySetException(exception);
        }
    }

    // A batch fails as a whole; one append that cannot be written (no room for it) must not take the others with it.
    private async Task WriteOneByOne(List<PendingAppend> batch)
    {
        foreach (PendingAppend append in batch)
            await WriteBatch([append]);
    }
}
