using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Loop.Store.Core.Events;
using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite.Events;

/// <summary>Between a row of <c>events</c> and an event. SQLite has no checksums of its own: each row carries one.</summary>
internal static class EventRow
{
    /// <summary>Columns in the order that <see cref="Read"/> expects.</summary>
    public const string Columns = "position, stream, version, event_id, type, data, metadata, at, checksum";

    /// <summary>Reads and checks the current row.</summary>
    public static StoredEvent Read(SqliteFile file, SqliteDataReader row)
    {
        try
        {
            return ReadChecked(file, row);
        }
        catch (Exception exception) when (exception is InvalidOperationException or InvalidCastException or OverflowException)
        {
            throw file.Damaged($"a row of events cannot be read ({exception.Message})");
        }
    }

    private static StoredEvent ReadChecked(SqliteFile file, SqliteDataReader row)
    {
        long position = row.GetInt64(0);
        string stream = row.GetString(1);
        long version = row.GetInt64(2);
        byte[] eventId = row.GetFieldValue<byte[]>(3);
        string type = row.GetString(4);
        byte[] data = row.GetFieldValue<byte[]>(5);
        byte[] metadata = row.GetFieldValue<byte[]>(6);
        long at = row.GetInt64(7);
        if (row.GetInt64(8) != Checksum(stream, version, eventId, type, data, metadata, at) || eventId.Length != 16)
            throw file.Damaged($"the checksum of the event at position {position} (version {version} of stream {stream}) does not match");
        return new StoredEvent(position, StreamName.Parse(stream), version, new Guid(eventId), type, data, metadata, new DateTimeOffset(at, TimeSpan.Zero));
    }

    /// <summary>XXH64 over the columns, each with its length in front. The position is left out: it is not known before the row is written.</summary>
    public static long Checksum(string stream, long version, ReadOnlySpan<byte> eventId, string type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> metadata, long at)
    {
        var hash = new XxHash64();
        AppendField(hash, Encoding.UTF8.GetBytes(stream));
        AppendNumber(hash, version);
        AppendField(hash, eventId);
        AppendField(hash, Encoding.UTF8.GetBytes(type));
        AppendField(hash, data);
        AppendField(hash, metadata);
        AppendNumber(hash, at);
        return unchecked((long)hash.GetCurrentHashAsUInt64());
    }

    private static void AppendField(XxHash64 hash, ReadOnlySpan<byte> field)
    {
        AppendNumber(hash, field.Length);
        hash.Append(field);
    }

    private static void AppendNumber(XxHash64 hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.Append(bytes);
    }
}
