namespace Loop.Store.Sqlite.Events;

/// <summary>The tables of <c>events.db</c>. Described in <c>docs/formats/events.md</c>.</summary>
internal static class EventSchema
{
    /// <summary>Version 1. AUTOINCREMENT, so that the position of a deleted event is never given again.</summary>
    public static SqliteSchema Create(long maxSizeBytes) => new(
        "event store",
        0x4C4F_4F45, // "LOOE"
        1,
        "FULL",
        """
        CREATE TABLE events (
          position INTEGER PRIMARY KEY AUTOINCREMENT,
          stream   TEXT    NOT NULL,
          version  INTEGER NOT NULL,
          event_id BLOB    NOT NULL,
          type     TEXT    NOT NULL,
          data     BLOB    NOT NULL,
          metadata BLOB    NOT NULL,
          at       INTEGER NOT NULL,
          checksum INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX events_by_stream ON events (stream, version);
        """,
        "Stop Loop, keep a copy of the file, and restore the last backup of the data directory (or try: sqlite3 events.db .recover).",
        maxSizeBytes);
}
