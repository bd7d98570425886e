using Loop.Store.Core.Faults;
using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite;

/// <summary>A database file of Loop: one connection that writes, pooled ones that read, schema and version checked when it is opened.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly SqliteSchema _schema;
    private readonly string _readerText;
    private readonly SqliteConnection _writer;
    private readonly SemaphoreSlim _gate = new(1, 1);

    private SqliteFile(string path, SqliteSchema schema, SqliteConnection writer, string readerText)
    {
        Path = path;
        _schema = schema;
        _writer = writer;
        _readerText = readerText;
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>Opens the file, or creates it with the schema.</summary>
    public static SqliteFile Open(string path, SqliteSchema schema)
    {
        string fullPath = System.IO.Path.GetFullPath(path);
        var writerText = new SqliteConnectionStringBuilder { DataSource = fullPath, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false };
        var readerText = new SqliteConnectionStringBuilder { DataSource = fullPath, Mode = SqliteOpenMode.ReadWrite, Pooling = true };
        var writer = new SqliteConnection(writerText.ToString());
        try
        {
            writer.Open();
            schema.Prepare(writer, fullPath);
            return new SqliteFile(fullPath, schema, writer, readerText.ToString());
        }
        catch (SqliteException exception) when (SqliteFaults.From(exception, fullPath, schema.Remedy) is { } fault)
        {
            writer.Dispose();
            throw fault;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="read"/> on a connection of its own, off the caller's thread: SQLite's calls block.</summary>
    public Task<T> Read<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken) => Task.Run(
        () => Guard(() =>
        {
            using var connection = new SqliteConnection(_readerText);
            connection.Open();
            Execute(connection, "PRAGMA query_only = 1");
            return read(connection);
        }),
        cancellationToken);

    /// <summary>Runs <paramref name="write"/> in one transaction: all of it is committed, or nothing. Writers go one after another.</summary>
    public async Task<T> Write<T>(Func<SqliteConnection, SqliteTransaction, T> write, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Guard(() => WriteOne(write)), CancellationToken.None);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The fault of a damaged row.</summary>
    public StoreDamagedException Damaged(string fact) => new(Path, fact, _schema.Remedy);

    /// <summary>Runs one statement without result.</summary>
    public static void Execute(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this assembly only; values travel as parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        using (var reader = new SqliteConnection(_readerText))
            SqliteConnection.ClearPool(reader);
        FoldLog();
        _writer.Dispose();
        _gate.Dispose();
    }

    // SQLite does it with the last connection; a reader that is still under way must not leave a log of megabytes behind.
    private void FoldLog()
    {
        try
        {
            Execute(_writer, "PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // A full or damaged disk: the log holds everything, and the next start reads it.
        }
    }

    private T WriteOne<T>(Func<SqliteConnection, SqliteTransaction, T> write)
    {
        using SqliteTransaction transaction = _writer.BeginTransaction();
        T result = write(_writer, transaction);
        transaction.Commit();
        return result;
    }

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException exception) when (SqliteFaults.From(exception, Path, _schema.Remedy) is { } fault)
        {
            throw fault;
        }
    }
}
