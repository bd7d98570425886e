using Loop.Store.Core.Events;
using Microsoft.Data.Sqlite;
using ZstdSharp;

namespace Loop.Store.Sqlite.Events;

/// <summary>Writes appends into one open transaction. Each is checked against what is there, those before it in the batch included.</summary>
internal sealed class AppendBatch : IDisposable
{
    private const string Behind = "stream = $stream AND version > $version";

    private readonly SqliteFile _file;
    private readonly Compressor _compressor;
    private readonly SqliteCommand _stream;
    private readonly SqliteCommand _newStream;
    private readonly SqliteCommand _last;
    private readonly SqliteCommand _lastPosition;
    private readonly SqliteCommand _behind;
    private readonly SqliteCommand _insert;
    private readonly long _at;

    public AppendBatch(SqliteFile file, Compressor compressor, SqliteConnection connection, SqliteTransaction transaction, DateTimeOffset now)
    {
        _file = file;
        _compressor = compressor;
        _at = now.ToUnixTimeMilliseconds();
        _stream = Command(connection, transaction, "SELECT id FROM streams WHERE name = $name", "$name");
        _newStream = Command(connection, transaction, "INSERT INTO streams (name) VALUES ($name) RETURNING id", "$name");
        _last = Command(connection, transaction, "SELECT MAX(version) FROM (SELECT MAX(version) AS version FROM appends WHERE stream = $stream UNION ALL SELECT MAX(version) FROM compacted WHERE stream = $stream)", "$stream");
        _lastPosition = Command(connection, transaction, LastPosition.Select);
        _behind = Command(connection, transaction, StoredRow.Select(Behind, Behind, "ORDER BY version"), "$stream", "$version");
        _insert = Command(
            connection,
            transaction,
            "INSERT INTO appends (position, stream, version, at, checksum, events) VALUES ($position, $stream, $version, $at, $checksum, $events)",
            "$position",
            "$stream",
            "$version",
            "$at",
            "$checksum",
            "$events");
    }

    /// <summary>Appends, or says why not.</summary>
    public AppendResult Append(PendingAppend append)
    {
        _stream.Parameters[0].Value = append.Stream.ToString();
        long? stream = _stream.ExecuteScalar() as long?;
        long last = stream is { } known ? LastVersion(known) : -1;
        if (last == append.ExpectedVersion)
            return Insert(stream, append);
        return last > append.ExpectedVersion && FindRepeat(stream!.Value, append) is { } repeat ? repeat : new AppendResult(AppendOutcome.Conflict, last, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _newStream.Dispose();
        _last.Dispose();
        _lastPosition.Dispose();
        _behind.Dispose();
        _insert.Dispose();
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction transaction, string text, params ReadOnlySpan<string> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Constants of this assembly only; values travel as parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (string parameter in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        return command;
    }

    private long LastVersion(long stream)
    {
        _last.Parameters[0].Value = stream;
        return _last.ExecuteScalar() is long version ? version : -1;
    }

    private AppendResult Insert(long? known, PendingAppend append)
    {
        string name = append.Stream.ToString();
        if (known is not { } stream)
        {
            _newStream.Parameters[0].Value = name;
            stream = (long)_newStream.ExecuteScalar()!;
        }

        long version = append.ExpectedVersion + append.Events.Count;
        long position = LastPosition.Read(_file, _lastPosition).Given + append.Events.Count;
        byte[] events = EventPacking.Pack(_compressor, append.Events);
        _insert.Parameters[0].Value = position;
        _insert.Parameters[1].Value = stream;
        _insert.Parameters[2].Value = version;
        _insert.Parameters[3].Value = _at;
        _insert.Parameters[4].Value = StoredRow.Checksum(position, name, version, _at, events);
        _insert.Parameters[5].Value = events;
        _insert.ExecuteNonQuery();
        return new AppendResult(AppendOutcome.Appended, version, position);
    }

    // The answer to a repeat is the answer to the first: the version and position right after it, whatever came later.
    private AppendResult? FindRepeat(long stream, PendingAppend append)
    {
        _behind.Parameters[0].Value = stream;
        _behind.Parameters[1].Value = append.ExpectedVersion;
        long next = append.ExpectedVersion + 1;
        int found = 0;
        using SqliteDataReader row = _behind.ExecuteReader();
        while (row.Read())
        {
            foreach (StoredEvent stored in StoredRow.Read(_file, row).SkipWhile(stored => stored.Version < next))
            {
                NewEvent item = append.Events[found];
                if (stored.Version != next || stored.Type != item.Type || !stored.Data.Span.SequenceEqual(item.Data.Span))
                    return null;
                next++;
                if (++found == append.Events.Count)
                    return new AppendResult(AppendOutcome.Appended, stored.Version, stored.Position);
            }
        }

        return null;
    }
}
