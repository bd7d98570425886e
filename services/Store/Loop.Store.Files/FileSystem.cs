using System.ComponentModel;
using System.Runtime.InteropServices;
using Loop.Store.Core.Faults;
using Microsoft.Win32.SafeHandles;

namespace Loop.Store.Files;

/// <summary>What .NET does not offer: syncing a directory, a rename that never replaces, a lock that survives configuration switches.</summary>
internal static partial class FileSystem
{
    // errno numbers of Linux, asm-generic/errno*.h.
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;
    private const int Exists = 17;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int LockExclusiveNow = 2 | 4; // LOCK_EX | LOCK_NB

    /// <summary>Owner may read, write and enter; nobody else anything.</summary>
    public const UnixFileMode OwnerDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Owner may read and write; nobody else anything.</summary>
    public const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>True when the disk, or the owner's share of it, is full.</summary>
    public static bool IsFull(IOException exception) => exception.HResult is NoSpace or QuotaExceeded || (exception.HResult & 0xFFFF) is 112 && OperatingSystem.IsWindows();

    /// <summary>Makes the names in a directory durable. Windows has no such call; NTFS logs names itself.</summary>
    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Retry(() => Open(path, 0));
        if (descriptor < 0)
            throw Fault(path, "cannot be opened for syncing");
        try
        {
            if (Retry(() => Sync(descriptor)) < 0)
                throw Fault(path, "cannot be synced");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Creates a directory and its missing parents, each one's name synced.</summary>
    public static void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
            return;
        string? parent = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(parent))
            CreateDirectory(parent);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerDirectory);
        if (!string.IsNullOrEmpty(parent))
            SyncDirectory(parent);
    }

    /// <summary>Creates a file that does not exist, writes and syncs it; private to the owner.</summary>
    public static void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerFile;
        using var stream = new FileStream(path, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Gives a file its final name unless that is taken; false when it is. link(2) fails where rename(2) would replace.</summary>
    public static bool MoveNew(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            if (File.Exists(to))
                return false;
            File.Move(from, to, overwrite: false);
            return true;
        }

        if (Link(from, to) == 0)
        {
            File.Delete(from);
            return true;
        }

        return Marshal.GetLastPInvokeError() == Exists ? false : throw Fault(to, "cannot be created");
    }

    /// <summary>Opens or creates a file without the lock that .NET takes on each, so that who finds it locked can still read it.</summary>
    public static SafeFileHandle OpenUnlocked(string path)
    {
        // O_RDWR, O_CREAT and O_CLOEXEC of fcntl.h.
        int flags = 2 | (OperatingSystem.IsMacOS() ? 0x200 | 0x1000000 : 0x40 | 0x80000);
        int descriptor = Retry(() => OpenFile(path, flags, (int)OwnerFile));
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Fault(path, "cannot be opened");
    }

    /// <summary>Takes an exclusive lock without waiting; false when somebody holds it. The lock ends with the handle, also when the process is killed.</summary>
    public static bool TryLock(SafeFileHandle handle, string path)
    {
        if (Retry(() => Flock(handle, LockExclusiveNow)) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is WouldBlock or WouldBlockOnMac ? false : throw Fault(path, "cannot be locked");
    }

    private static Exception Fault(string path, string what)
    {
        int error = Marshal.GetLastPInvokeError();
        string reason = new Win32Exception(error).Message;
        return error is NoSpace or QuotaExceeded
            ? new StoreFullException(path)
            : new StoreUnusableException(path, $"it {what} ({reason})", "Check that the data directory lies on a local, writable file system with hard links and belongs to this user.");
    }

    private static int Retry(Func<int> call)
    {
        int result;
        do
            result = call();
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    // open(2) is variadic, but its mode travels as any third argument on the platforms that .NET runs on, macOS on Arm excepted (there the mode is chosen by the umask).
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle handle, int operation);
}
