using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Store.Core;
using Loop.Store.Core.Faults;
using Loop.Store.Core.ReadModels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Loop.Store.Sqlite.ReadModels;

/// <summary>The read model in one SQLite file. Commits are not synced one by one: after a crash of the machine the checkpoint goes back with the rows, and the events are read again.</summary>
public sealed partial class SqliteConversationIndex : IConversationIndex, IDisposable
{
    private readonly SqliteFile _file;

    private SqliteConversationIndex(SqliteFile file) => _file = file;

    /// <summary>Opens the file or creates it.</summary>
    public static SqliteConversationIndex Open(string path) => new(SqliteFile.Open(path, IndexSchema.Create()));

    /// <summary>
    /// The same, but a file that cannot be read is put aside and an empty one takes its place: everything in it is derived, so that the start builds it again
    /// from events instead of asking a person to.
    /// </summary>
    public static SqliteConversationIndex OpenOrReplace(string path, ILogger logger)
    {
        try
        {
            return Open(path);
        }
        catch (Exception exception) when (exception is StoreDamagedException or StoreVersionException)
        {
            string aside = path + ".damaged";
            File.Move(path, aside, overwrite: true);
            File.Delete(path + "-wal");
            File.Delete(path + "-shm");
            LogReplaced(logger, exception.Message, aside);
            return Open(path);
        }
    }

    /// <inheritdoc/>
    public Task Upsert(ConversationSummary summary, IReadOnlyList<TraceKey> keys, CancellationToken cancellationToken) => Write(
        (connection, transaction) =>
        {
            string id = Resolve(connection, transaction, summary.Id);
            if (id == summary.Id)
            {
                connection.Execute(
                    transaction,
                    "INSERT INTO conversations (id, started_at, is_open, summary) VALUES ($0, $1, $2, $3) ON CONFLICT (id) DO UPDATE SET started_at = $1, is_open = $2, summary = $3",
                    id,
                    summary.StartedAt.UtcTicks,
                    summary.State == ConversationState.Open ? 1 : 0,
                    JsonSerializer.SerializeToUtf8Bytes(summary, StoreJson.Options));
            }

            foreach (TraceKey key in keys)
                connection.Execute(transaction, "INSERT OR IGNORE INTO keys (key, id) VALUES ($0, $1)", key.ToString(), id);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task Alias(string id, string into, CancellationToken cancellationToken) => Write(
        (connection, transaction) =>
        {
            string target = Resolve(connection, transaction, into);
            if (target == id)
                return;
            connection.Execute(transaction, "UPDATE aliases SET into_id = $1 WHERE into_id = $0", id, target);
            connection.Execute(transaction, "INSERT INTO aliases (id, into_id) VALUES ($0, $1) ON CONFLICT (id) DO UPDATE SET into_id = $1", id, target);
            connection.Execute(transaction, "UPDATE OR REPLACE keys SET id = $1 WHERE id = $0", id, target);
            connection.Execute(transaction, "DELETE FROM conversations WHERE id = $0", id);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<Page<ConversationSummary>> List(int limit, string? before, CancellationToken cancellationToken, ListScope scope = ListScope.WithoutControls)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ListCursor cursor = before is null ? ListCursor.Start : ListCursor.Parse(before);
        return _file.Read(
            connection =>
            {
                List<ConversationSummary> rows = connection.Documents<ConversationSummary>(
                    _file,
                    $"SELECT summary FROM conversations WHERE (started_at, id) < ($0, $1){Condition(scope)} ORDER BY started_at DESC, id DESC LIMIT $2",
                    cursor.StartedAtTicks,
                    cursor.Id,
                    limit + 1L,
                    Trigger.ControlRule);
                return ListCursor.Cut(rows, limit);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ConversationSummary?> Get(string id, CancellationToken cancellationToken) => _file.Read(
        connection => connection.Documents<ConversationSummary>(_file, "SELECT summary FROM conversations WHERE id = COALESCE((SELECT into_id FROM aliases WHERE id = $0), $0)", id).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> Find(string prefix, int limit, CancellationToken cancellationToken) => _file.Read<IReadOnlyList<string>>(
        connection => connection.Column<string>(
            null,
            """
            SELECT id FROM conversations WHERE id >= $0 AND id < $1
            UNION SELECT into_id FROM aliases WHERE id >= $0 AND id < $1
            ORDER BY 1 LIMIT $2
            """,
            prefix,
            prefix + '\uffff',
            limit),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ConversationSummary>> ByKey(TraceKey key, CancellationToken cancellationToken) => _file.Read<IReadOnlyList<ConversationSummary>>(
        connection => connection.Documents<ConversationSummary>(
            _file,
            "SELECT summary FROM keys JOIN conversations USING (id) WHERE key = $0 ORDER BY started_at DESC, id DESC",
            key.ToString()),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> Open(CancellationToken cancellationToken) => _file.Read<IReadOnlyList<string>>(
        connection => connection.Column<string>(null, "SELECT id FROM conversations WHERE is_open = 1 ORDER BY id"), cancellationToken);

    /// <inheritdoc/>
    public Task Upsert(ReplayReport report, CancellationToken cancellationToken) => Write(
        (connection, transaction) => connection.Execute(
            transaction,
            "INSERT INTO replays (id, conversation_id, started_at, report) VALUES ($0, $1, $2, $3) ON CONFLICT (id) DO UPDATE SET conversation_id = $1, started_at = $2, report = $3",
            report.Id,
            report.ConversationId,
            report.StartedAt.UtcTicks,
            JsonSerializer.SerializeToUtf8Bytes(report, StoreJson.Options)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReplayReport>> Replays(string? conversationId, int limit, CancellationToken cancellationToken) => _file.Read<IReadOnlyList<ReplayReport>>(
        connection => conversationId is null
            ? connection.Documents<ReplayReport>(_file, "SELECT report FROM replays ORDER BY started_at DESC, id DESC LIMIT $0", limit)
            : connection.Documents<ReplayReport>(_file, "SELECT report FROM replays WHERE conversation_id = $0 ORDER BY started_at DESC, id DESC LIMIT $1", conversationId, limit),
        cancellationToken);

    /// <inheritdoc/>
    public Task<(long Conversations, long Open)> Count(CancellationToken cancellationToken) => _file.Read(
        connection => (
            connection.Column<long>(null, "SELECT COUNT(*) FROM conversations")[0],
            connection.Column<long>(null, "SELECT COUNT(*) FROM conversations WHERE is_open = 1")[0]),
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> Checkpoint(CancellationToken cancellationToken) =>
        _file.Read(connection => connection.Column<long>(null, "SELECT position FROM progress")[0], cancellationToken);

    /// <inheritdoc/>
    public Task SetCheckpoint(long position, CancellationToken cancellationToken) =>
        Write((connection, transaction) => connection.Execute(transaction, "UPDATE progress SET position = $0", position), cancellationToken);

    /// <inheritdoc/>
    public Task Clear(CancellationToken cancellationToken) => Write(
        (connection, transaction) => connection.Execute(
            transaction,
            "DELETE FROM conversations; DELETE FROM keys; DELETE FROM aliases; DELETE FROM replays; UPDATE progress SET position = 0"),
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    [LoggerMessage(2401, LogLevel.Warning, "The index cannot be read and is built anew from all events; nothing is lost. {Fault} The old file is {Aside} and can be deleted")]
    private static partial void LogReplaced(ILogger logger, string fault, string aside);

    // Read out of the line: controls are fewer than failures, so that a page looks at few lines more than it shows, and no file of an earlier Loop must be built anew.
    private static string Condition(ListScope scope) => scope switch
    {
        ListScope.WithoutControls => " AND json_extract(CAST(summary AS TEXT), '$.trigger.rule') <> $3",
        ListScope.ControlsOnly => " AND json_extract(CAST(summary AS TEXT), '$.trigger.rule') = $3",
        _ => "",
    };

    // Aliases are kept flat: one step always ends at a conversation.
    private static string Resolve(SqliteConnection connection, SqliteTransaction transaction, string id) =>
        connection.Column<string>(transaction, "SELECT into_id FROM aliases WHERE id = $0", id).FirstOrDefault() ?? id;

    private Task Write(Action<SqliteConnection, SqliteTransaction> write, CancellationToken cancellationToken) => _file.Write(
        (connection, transaction) =>
        {
            write(connection, transaction);
            return true;
        },
        cancellationToken);
}
