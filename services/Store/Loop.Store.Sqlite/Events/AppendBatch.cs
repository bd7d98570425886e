using Loop.Store.Core.Events;
using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite.Events;

/// <summary>Writes appends into one open transaction. Each is checked against what is there, those before it in the batch included.</summary>
internal sealed class AppendBatch : IDisposable
{
    private readonly SqliteCommand _last;
    private readonly SqliteCommand _same;
    private readonly SqliteCommand _insert;
    private readonly long _at;

    public AppendBatch(SqliteConnection connection, SqliteTransaction transaction, DateTimeOffset now)
    {
        _at = now.UtcTicks;
        _last = Command(connection, transaction, "SELECT MAX(version) FROM events WHERE stream = $stream", "$stream");
        _same = Command(connection, transaction, "SELECT event_id, position FROM events WHERE stream = $stream AND version = $version", "$stream", "$version");
        _insert = Command(
            connection,
            transaction,
            "INSERT INTO events (stream, version, event_id, type, data, metadata, at, checksum) VALUES ($stream, $version, $id, $type, $data, $metadata, $at, $checksum) RETURNING position",
            "$stream",
            "$version",
            "$id",
            "$type",
            "$data",
            "$metadata",
            "$at",
            "$checksum");
    }

    /// <summary>Appends, or says why not.</summary>
    public AppendResult Append(PendingAppend append)
    {
        string stream = append.Stream.ToString();
        _last.Parameters[0].Value = stream;
        long last = _last.ExecuteScalar() is long version ? version : -1;
        if (last == append.ExpectedVersion)
            return Insert(stream, append);
        return last > append.ExpectedVersion && FindRepeat(stream, append) is { } repeat ? repeat : new AppendResult(AppendOutcome.Conflict, last, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _last.Dispose();
        _same.Dispose();
        _insert.Dispose();
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction transaction, string text, params ReadOnlySpan<string> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Constants of this type only; values travel as parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (string parameter in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        return command;
    }

    private AppendResult Insert(string stream, PendingAppend append)
    {
        long version = append.ExpectedVersion;
        long position = 0;
        foreach (NewEvent item in append.Events)
        {
            version++;
            byte[] id = item.EventId.ToByteArray();
            _insert.Parameters[0].Value = stream;
            _insert.Parameters[1].Value = version;
            _insert.Parameters[2].Value = id;
            _insert.Parameters[3].Value = item.Type;
            _insert.Parameters[4].Value = item.Data.ToArray();
            _insert.Parameters[5].Value = item.Metadata.ToArray();
            _insert.Parameters[6].Value = _at;
            _insert.Parameters[7].Value = EventRow.Checksum(stream, version, id, item.Type, item.Data.Span, item.Metadata.Span, _at);
            position = (long)_insert.ExecuteScalar()!;
        }

        return new AppendResult(AppendOutcome.Appended, version, position);
    }

    // The answer to a repeat is the answer to the first: the version and position right after it, whatever came later.
    private AppendResult? FindRepeat(string stream, PendingAppend append)
    {
        long position = 0;
        for (int index = 0; index < append.Events.Count; index++)
        {
            _same.Parameters[0].Value = stream;
            _same.Parameters[1].Value = append.ExpectedVersion + 1 + index;
            using SqliteDataReader row = _same.ExecuteReader();
            if (!row.Read() || !row.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(append.Events[index].EventId.ToByteArray()))
                return null;
            position = row.GetInt64(1);
        }

        return new AppendResult(AppendOutcome.Appended, append.ExpectedVersion + append.Events.Count, position);
    }
}
