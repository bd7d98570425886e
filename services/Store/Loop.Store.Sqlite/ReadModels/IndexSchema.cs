namespace Loop.Store.Sqlite.ReadModels;

/// <summary>The tables of <c>index.db</c>. Derived: a damaged or outdated file is deleted and built again from events.</summary>
internal static class IndexSchema
{
    /// <summary>Version 1.</summary>
    public static SqliteSchema Create() => new(
        "conversation index",
        0x4C4F_4F49, // "LOOI"
        1,
        "NORMAL",
        """
        CREATE TABLE conversations (
          id         TEXT    NOT NULL PRIMARY KEY,
          started_at INTEGER NOT NULL,
          is_open    INTEGER NOT NULL,
          summary    BLOB    NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX conversations_by_start ON conversations (started_at, id);
        CREATE INDEX conversations_open ON conversations (id) WHERE is_open = 1;
        CREATE TABLE keys (
          key TEXT NOT NULL,
          id  TEXT NOT NULL,
          PRIMARY KEY (key, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX keys_by_id ON keys (id);
        CREATE TABLE aliases (
          id      TEXT NOT NULL PRIMARY KEY,
          into_id TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX aliases_by_target ON aliases (into_id);
        CREATE TABLE replays (
          id              TEXT    NOT NULL PRIMARY KEY,
          conversation_id TEXT    NOT NULL,
          started_at      INTEGER NOT NULL,
          report          BLOB    NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX replays_by_start ON replays (started_at, id);
        CREATE INDEX replays_by_conversation ON replays (conversation_id, started_at, id);
        CREATE TABLE progress (
          only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
          position INTEGER NOT NULL
        ) STRICT;
        INSERT INTO progress (only_row, position) VALUES (1, 0);
        """,
        "Stop Loop and delete this file with its -wal and -shm: it is built again from events at the next start.");
}
