using System.Globalization;
using System.Text;
using Loop.Store.Core.Faults;

namespace Loop.Store.Files;

/// <summary>The directory of <c>--data</c>: private, writable, and owned by one process until disposed.</summary>
public sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream lockFile)
    {
        Root = path;
        _lock = lockFile;
    }

    /// <summary>Full path.</summary>
    public string Root { get; }

    /// <summary>Database of events: the truth.</summary>
    public string EventsPath => Path.Combine(Root, "events.db");

    /// <summary>Database of the read model: derived, may be deleted while Loop is stopped.</summary>
    public string IndexPath => Path.Combine(Root, "index.db");

    /// <summary>Directory of pack segments.</summary>
    public string PacksPath => Path.Combine(Root, "packs");

    /// <summary>Directory of secrets.</summary>
    public string KeysPath => Path.Combine(Root, "keys");

    /// <summary>The key of redaction tokens.</summary>
    public string RedactionKeyPath => Path.Combine(KeysPath, "redaction.key");

    /// <summary>Creates (mode 0700) what is missing, checks that it is writable and takes the lock.</summary>
    /// <exception cref="DataDirectoryLockedException">Another process owns it.</exception>
    /// <exception cref="StoreUnusableException">It cannot be created or written.</exception>
    /// <exception cref="StoreFullException">The disk is full.</exception>
    public static DataDirectory Open(string path, TimeProvider timeProvider)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string root = Path.GetFullPath(path);
        try
        {
            if (File.Exists(root))
                throw new StoreUnusableException(root, "it is a file", "Give a directory with --data.");
            FileSystem.CreateDirectory(root);
            FileSystem.CreateDirectory(Path.Combine(root, "packs"));
            FileSystem.CreateDirectory(Path.Combine(root, "keys"));
            FileStream lockFile = TakeLock(root, timeProvider);
            return new DataDirectory(root, lockFile);
        }
        catch (IOException exception) when (FileSystem.IsFull(exception))
        {
            throw new StoreFullException(root, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException(root, exception.Message, $"Make it writable for user {Environment.UserName}, or give another directory with --data.", exception);
        }
    }

    /// <summary>Gives the lock back. The file stays: deleting it would let two processes lock two files of one name.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream TakeLock(string root, TimeProvider timeProvider)
    {
        string path = Path.Combine(root, "lock");

        // Other processes must be able to read who holds it; on Unix the lock is flock(2), on Windows the refused write sharing.
        FileShare share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.ReadWrite;
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);
        }
        catch (IOException) when (OperatingSystem.IsWindows() && File.Exists(path))
        {
            throw new DataDirectoryLockedException(root, ReadHolder(path));
        }

        try
        {
            if (!OperatingSystem.IsWindows() && !FileSystem.TryLock(file.SafeFileHandle, path))
                throw new DataDirectoryLockedException(root, ReadHolder(path));

            // Written and synced also as the check that the directory takes writes.
            string holder = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}, since {timeProvider.GetUtcNow():u}\n");
            file.SetLength(0);
            file.Write(Encoding.UTF8.GetBytes(holder));
            file.Flush(flushToDisk: true);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string ReadHolder(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadLine() is { Length: > 0 } holder ? holder : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}

/// <summary>Another process works on this data directory.</summary>
public sealed class DataDirectoryLockedException(string path, string holder)
    : StoreException($"Data directory {path} is in use by {holder}. Stop that loopd first, or give this one a directory of its own with --data.", null)
{
    /// <summary>Who holds it: <c>process PID on HOST, since TIME</c>.</summary>
    public string Holder { get; } = holder;
}
