using System.Runtime.InteropServices;

namespace Loop.Replayer.Agent.Linux;

/// <summary>The few calls of the C library that .NET has no words for.</summary>
internal static partial class Native
{
    public const int CloneNewMounts = 0x20000, CloneNewHostName = 0x4000000, CloneNewMessages = 0x8000000, CloneNewProcesses = 0x20000000, CloneNewNet = 0x40000000;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setns(int descriptor, int type);

    [LibraryImport("libc")]
    public static unsafe partial int posix_spawn(out int process, byte* path, nint actions, nint attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitpid(int process, out int status, int options);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int bind(int descriptor, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(int descriptor, int level, int name, ReadOnlySpan<byte> value, int length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint send(int descriptor, ReadOnlySpan<byte> buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recv(int descriptor, Span<byte> buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recvfrom(int descriptor, Span<byte> buffer, nint length, int flags, Span<byte> address, ref int addressLength);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int dup2(int from, int to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int descriptor, ReadOnlySpan<byte> buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint signal(int signal, nint handler);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sethostname(string name, nint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mount(string source, string target, string? type, nuint flags, string? data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int umount2(string target, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int setxattr(string path, string name, ReadOnlySpan<byte> value, nint length, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int folder, string path, int flags, uint mask, Span<byte> data);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int prctl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial int execve(byte* path, byte** arguments, byte** environment);

    /// <summary>Throws with what was tried and what the kernel said when a call failed.</summary>
    public static int Check(int result, string what) => (int)Check((nint)result, what);

    /// <inheritdoc cref="Check(int, string)"/>
    public static nint Check(nint result, string what)
    {
        if (result >= 0)
            return result;
        int error = Marshal.GetLastPInvokeError();
        throw new KernelRefusedException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }
}
