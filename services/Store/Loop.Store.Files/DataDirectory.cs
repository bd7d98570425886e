using System.Globalization;
using System.Text;
using Loop.Store.Core.Faults;
using Microsoft.Win32.SafeHandles;

namespace Loop.Store.Files;

/// <summary>The directory of <c>--data</c>: private, writable, and owned by one process until disposed.</summary>
public sealed class DataDirectory : IDisposable
{
    private readonly SafeFileHandle _lock;

    private DataDirectory(string path, SafeFileHandle lockFile)
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
            SafeFileHandle lockFile = TakeLock(root, timeProvider);
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

    private static SafeFileHandle TakeLock(string root, TimeProvider timeProvider)
    {
        string path = Path.Combine(root, "lock");
        SafeFileHandle file = Open(root, path);
        try
        {
            if (!OperatingSystem.IsWindows() && !FileSystem.TryLock(file, path))
                throw new DataDirectoryLockedException(root, ReadHolder(file));

            // Written and synced also as the check that the directory takes writes.
            string holder = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}, since {timeProvider.GetUtcNow():u}\n");
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(holder), 0);
            RandomAccess.FlushToDisk(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // On Unix the lock is flock(2). On Windows it is the refusal to share writing; reading stays possible.
    private static SafeFileHandle Open(string root, string path)
    {
        if (!OperatingSystem.IsWindows())
            return FileSystem.OpenUnlocked(path);
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (IOException) when (File.Exists(path))
        {
            using SafeFileHandle reading = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            throw new DataDirectoryLockedException(root, ReadHolder(reading));
        }
    }

    private static string ReadHolder(SafeFileHandle file)
    {
        byte[] text = new byte[512];
        int length = RandomAccess.Read(file, text, 0);
        return length > 0 ? Encoding.UTF8.GetString(text, 0, length).TrimEnd() : "another process";
    }
}

/// <summary>Another process works on this data directory.</summary>
public sealed class DataDirectoryLockedException(string path, string holder)
    : StoreException($"Data directory {path} is in use by {holder}. Stop that loopd first, or give this one a directory of its own with --data.", null)
{
    /// <summary>Who holds it: <c>process PID on HOST, since TIME</c>.</summary>
    public string Holder { get; } = holder;
}
