using Loop.Store.Core.Faults;
using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite;

/// <summary>SQLite's result codes (https://sqlite.org/rescode.html) as faults that say how to mend them.</summary>
internal static class SqliteFaults
{
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The fault behind an exception; null when it is a bug of ours.</summary>
    public static StoreException? From(SqliteException exception, string path, string remedy) => exception.SqliteErrorCode switch
    {
        Corrupt => new StoreDamagedException(path, $"SQLite says '{exception.Message}'", remedy, exception),
        NotADatabase => new StoreDamagedException(path, "it is not an SQLite database", remedy, exception),
        Full => new StoreFullException(path, exception),
        ReadOnly or CannotOpen => new StoreUnusableException(path, exception.Message, $"Make the file and its directory writable for user {Environment.UserName}.", exception),
        5 or 6 => new StoreUnusableException(path, "another process holds it", "Stop whatever has this database open.", exception),
        10 => new StoreUnusableException(path, exception.Message, "The disk failed to read or write: check it and the system's log.", exception),
        _ => null,
    };
}
