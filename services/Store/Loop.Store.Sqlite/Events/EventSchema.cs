namespace Loop.Store.Sqlite.Events;

/// <summary>The tables of <c>events.db</c>. Described in <c>docs/formats/events.md</c>.</summary>
internal static class EventSchema
{
    /// <summary>What version 1 lacks.</summary>
    private const string Compacted = """
        CREATE TABLE compacted (
          position INTEGER PRIMARY KEY,
          first    INTEGER NOT NULL,
          stream   INTEGER NOT NULL,
          version  INTEGER NOT NULL,
          checksum INTEGER NOT NULL,
          events   BLOB    NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX compacted_by_stream ON compacted (stream, version);
        """;

    /// <summary>Version 2. AUTOINCREMENT, so that the position of a deleted event is never given again.</summary>
    public static SqliteSchema Create(long maxSizeBytes) => new(
        "event store",
        0x4C4F_4F45, // "LOOE"
        2,
        "FULL",
        $"""
        CREATE TABLE streams (
          id   INTEGER PRIMARY KEY,
          name TEXT    NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE appends (
          position INTEGER PRIMARY KEY AUTOINCREMENT,
          stream   INTEGER NOT NULL,
          version  INTEGER NOT NULL,
          at       INTEGER NOT NULL,
          checksum INTEGER NOT NULL,
          events   BLOB    NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX appends_by_stream ON appends (stream, version);
        {Compacted}
        """,
        "Stop Loop, keep a copy of the file, and restore the last backup of the data directory (or try: sqlite3 events.db .recover).",
        maxSizeBytes)
    {
        Upgrades = new Dictionary<long, string> { [1] = Compacted },
    };
}
