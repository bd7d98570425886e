using Loop.Store.Core.Events;
using Microsoft.Data.Sqlite;
using ZstdSharp;

namespace Loop.Store.Sqlite.Events;

/// <summary>
/// Puts the events of a stream's appends into as few rows of <c>compacted</c> as may be, in one transaction. Rows of their own cost more than the events of a
/// small conversation: a key, an index entry and a checksum each, and the same words again.
/// </summary>
internal sealed class StreamCompaction(SqliteFile file, Compressor compressor, SqliteConnection connection, SqliteTransaction transaction)
{
    /// <summary>Largest distance of the positions of one row, so that <see cref="IEventStore.ReadAll"/> knows where to look.</summary>
    public const int MaxSpan = 65_536;

    private const int MaxEvents = 2000;
    private const int MaxSizeBytes = 1024 * 1024;

    /// <summary>Compacts; does nothing when there is nothing to gain.</summary>
    public bool Run(StreamName stream)
    {
        using SqliteCommand find = Command("SELECT id FROM streams WHERE name = $a", stream.ToString());
        if (find.ExecuteScalar() is not long id)
            return false;
        (List<StoredEvent> events, int appends) = Read(id);
        if (appends == 0 || (appends == 1 && events.Count == 1))
            return false;
        using (SqliteCommand remove = Command("DELETE FROM appends WHERE stream = $a; DELETE FROM compacted WHERE stream = $a AND version >= $b", id, events[0].Version))
            remove.ExecuteNonQuery();
        foreach (List<StoredEvent> row in Rows(events))
            Insert(id, row);
        return true;
    }

    // The last compacted row may have room left; those before it are as full as they get.
    private (List<StoredEvent> Events, int Appends) Read(long stream)
    {
        const string LastCompacted = "stream = $a AND version = (SELECT MAX(version) FROM compacted WHERE stream = $a)";
        using SqliteCommand select = Command(StoredRow.Select("stream = $a", LastCompacted, "ORDER BY version"), stream);
        using SqliteDataReader row = select.ExecuteReader();
        List<StoredEvent> events = [];
        int appends = 0;
        while (row.Read())
        {
            events.AddRange(StoredRow.Read(file, row));
            appends += row.IsDBNull(3) ? 0 : 1;
        }

        return (events, appends);
    }

    private static List<List<StoredEvent>> Rows(List<StoredEvent> events)
    {
        List<List<StoredEvent>> rows = [];
        int sizeBytes = 0;
        foreach (StoredEvent item in events)
        {
            sizeBytes += item.Data.Length + item.Metadata.Length;
            if (rows.Count == 0 || rows[^1].Count == MaxEvents || sizeBytes > MaxSizeBytes || item.Position - rows[^1][0].Position >= MaxSpan)
            {
                rows.Add([]);
                sizeBytes = item.Data.Length + item.Metadata.Length;
            }

            rows[^1].Add(item);
        }

        return rows;
    }

    private void Insert(long stream, List<StoredEvent> events)
    {
        StoredEvent last = events[^1];
        byte[] packed = CompactedEvents.Pack(compressor, events);
        using SqliteCommand insert = Command(
            "INSERT INTO compacted (position, first, stream, version, checksum, events) VALUES ($a, $b, $c, $d, $e, $f)",
            last.Position,
            events[0].Position,
            stream,
            last.Version,
            StoredRow.Checksum(last.Position, last.Stream.ToString(), last.Version, events[0].Position, packed),
            packed);
        insert.ExecuteNonQuery();
    }

    private SqliteCommand Command(string text, params ReadOnlySpan<object> values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Constants of this assembly only; values travel as parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        for (int index = 0; index < values.Length; index++)
            command.Parameters.AddWithValue($"${(char)('a' + index)}", values[index]);
        return command;
    }
}
