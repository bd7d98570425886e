using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite.Events;

/// <summary>
/// The last position: as given, which never goes back, and that of the last event that is there. SQLite keeps the first in a row of its own, without a
/// checksum; damaged, it would hide every event, or give positions twice.
/// </summary>
/// <param name="Given">Not the last one that is there: the position of a deleted event is never given again.</param>
/// <param name="OfEvents">0 without events.</param>
internal readonly record struct LastPosition(long Given, long OfEvents)
{
    /// <summary>For <see cref="Read"/>.</summary>
    public const string Select = """
        SELECT IFNULL((SELECT seq FROM sqlite_sequence WHERE name = 'appends'), 0),
          MAX(IFNULL((SELECT MAX(position) FROM appends), 0), IFNULL((SELECT MAX(position) FROM compacted), 0))
        """;

    /// <summary>Reads and checks it.</summary>
    public static LastPosition Read(SqliteFile file, SqliteCommand select)
    {
        using SqliteDataReader row = select.ExecuteReader();
        row.Read();
        LastPosition last = new(row.GetInt64(0), row.GetInt64(1));
        return last.Given >= last.OfEvents ? last : throw file.Damaged($"the last position given is {last.Given}, and there is an event at {last.OfEvents}");
    }
}
