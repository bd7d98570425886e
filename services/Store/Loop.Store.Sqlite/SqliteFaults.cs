using Loop.Store.Core.Faults;
using Microsoft.Data.Sqlite;

namespace Loop.Store.Sqlite;

/// <summary>SQLite's result codes (https://sqlite.org/rescode.html) as faults that say how to mend them.</summary>
internal static class SqliteFaults
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int Interrupted = 9;
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Misuse = 21;
    private const int NotADatabase = 26;

    /// <summary>The fault behind an exception; null when it is a bug of ours.</summary>
    public static StoreException? From(SqliteException exception, string path, string remedy) => exception.SqliteErrorCode switch
    {
        NotADatabase => new StoreDamagedException(path, "it is not an SQLite database", remedy, exception),
        Full => new StoreFullException(path, exception),
        ReadOnly or CannotOpen => new StoreUnusableException(path, exception.Message, $"Make the file and its directory writable for user {Environment.UserName}.", exception),
        Busy or Locked => new StoreUnusableException(path, "another process holds it", "Stop whatever has this database open.", exception),
        InputOutput => new StoreUnusableException(path, exception.Message, "The disk failed to read or write: check it and the system's log.", exception),
        NoMemory or Interrupted or Misuse => null,

        // Our statements are constants that run in every test: when one does not fit a file, the file is not what was written.
        _ => new StoreDamagedException(path, $"SQLite says '{exception.Message}'", remedy, exception),
    };
}
