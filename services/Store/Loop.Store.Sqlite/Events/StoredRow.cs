using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Loop.Store.Core.Events;
using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite.Events;

/// <summary>Between a row of <c>appends</c> or <c>compacted</c> and its events. SQLite has no checksums of its own: each row carries one.</summary>
internal static class StoredRow
{
    /// <summary>
    /// Rows of both tables, as <see cref="Read"/> expects them: one statement, so that a stream that is compacted meanwhile is seen in one of them. A row whose
    /// stream is damaged must not vanish, hence the LEFT.
    /// </summary>
    public static string Select(string ofAppends, string ofCompacted, string rest) =>
        $"""
        SELECT position, name, version, at, checksum, events, NULL FROM appends LEFT JOIN streams ON streams.id = appends.stream WHERE {ofAppends}
        UNION ALL SELECT position, name, version, NULL, checksum, events, first FROM compacted LEFT JOIN streams ON streams.id = compacted.stream WHERE {ofCompacted}
        {rest}
        """;

    /// <summary>Reads and checks the current row.</summary>
    public static IReadOnlyList<StoredEvent> Read(SqliteFile file, SqliteDataReader row)
    {
        try
        {
            return ReadChecked(file, row);
        }
        catch (Exception exception) when (exception is InvalidOperationException or InvalidCastException or OverflowException or ArgumentException)
        {
            throw file.Damaged($"a row of events cannot be read ({exception.Message})");
        }
    }

    /// <summary>XXH64 over the other columns, <paramref name="third"/> being the time or the first position; the stream by its name, strings and bytes with their length in front.</summary>
    public static long Checksum(long position, string stream, long version, long third, ReadOnlySpan<byte> events)
    {
        var hash = new XxHash64();
        AppendNumber(hash, position);
        byte[] name = Encoding.UTF8.GetBytes(stream);
        AppendNumber(hash, name.Length);
        hash.Append(name);
        AppendNumber(hash, version);
        AppendNumber(hash, third);
        AppendNumber(hash, events.Length);
        hash.Append(events);
        return unchecked((long)hash.GetCurrentHashAsUInt64());
    }

    private static StoredEvent[] ReadChecked(SqliteFile file, SqliteDataReader row)
    {
        long position = row.GetInt64(0);
        string name = row.GetString(1);
        long version = row.GetInt64(2);
        bool isCompacted = row.IsDBNull(3);
        long third = row.GetInt64(isCompacted ? 6 : 3);
        byte[] packed = row.GetFieldValue<byte[]>(5);
        string place = string.Create(CultureInfo.InvariantCulture, $"at position {position} (stream {name}, up to version {version})");
        if (row.GetInt64(4) != Checksum(position, name, version, third, packed))
            throw file.Damaged($"the checksum of the events {place} does not match");
        var stream = StreamName.Parse(name);
        StoredEvent[]? events = isCompacted ? CompactedEvents.Unpack(packed, stream, third, version) : OfAppend(packed, stream, position, version, third);
        return events is not null && events[^1].Position == position ? events : throw file.Damaged($"the events {place} cannot be unpacked");
    }

    // The row's position and version are those of its last event; the others come right before.
    private static StoredEvent[]? OfAppend(byte[] packed, StreamName stream, long position, long version, long at)
    {
        if (EventPacking.Unpack(packed) is not { } events)
            return null;
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(at);
        return [.. events.Select((item, index) =>
            new StoredEvent(position - events.Count + 1 + index, stream, version - events.Count + 1 + index, item.Type, item.Data, item.Metadata, time))];
    }

    private static void AppendNumber(XxHash64 hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.Append(bytes);
    }
}
