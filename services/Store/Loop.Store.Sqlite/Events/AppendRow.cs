using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Loop.Store.Core.Events;
using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite.Events;

/// <summary>Between a row of <c>appends</c> and its events. SQLite has no checksums of its own: each row carries one.</summary>
internal static class AppendRow
{
    /// <summary>What <see cref="Read"/> expects.</summary>
    public const string Select = "SELECT position, name, version, at, checksum, events FROM appends JOIN streams ON streams.id = appends.stream";

    /// <summary>Reads and checks the current row.</summary>
    public static IReadOnlyList<StoredEvent> Read(SqliteFile file, SqliteDataReader row)
    {
        try
        {
            return ReadChecked(file, row);
        }
        catch (Exception exception) when (exception is InvalidOperationException or InvalidCastException or OverflowException or ArgumentException)
        {
            throw file.Damaged($"a row of appends cannot be read ({exception.Message})");
        }
    }

    /// <summary>XXH64 over the other columns; the stream by its name, strings and bytes with their length in front.</summary>
    public static long Checksum(long position, string stream, long version, long at, ReadOnlySpan<byte> events)
    {
        var hash = new XxHash64();
        AppendNumber(hash, position);
        byte[] name = Encoding.UTF8.GetBytes(stream);
        AppendNumber(hash, name.Length);
        hash.Append(name);
        AppendNumber(hash, version);
        AppendNumber(hash, at);
        AppendNumber(hash, events.Length);
        hash.Append(events);
        return unchecked((long)hash.GetCurrentHashAsUInt64());
    }

    private static StoredEvent[] ReadChecked(SqliteFile file, SqliteDataReader row)
    {
        long position = row.GetInt64(0);
        string name = row.GetString(1);
        long version = row.GetInt64(2);
        long at = row.GetInt64(3);
        byte[] packed = row.GetFieldValue<byte[]>(5);
        if (row.GetInt64(4) != Checksum(position, name, version, at, packed))
            throw file.Damaged($"the checksum of the append at position {position} (stream {name}, up to version {version}) does not match");
        IReadOnlyList<NewEvent> events = EventPacking.Unpack(packed) ?? throw file.Damaged($"the events of the append at position {position} (stream {name}) cannot be unpacked");
        var stream = StreamName.Parse(name);
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(at);

        // The row's position and version are those of its last event; the others come right before.
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
