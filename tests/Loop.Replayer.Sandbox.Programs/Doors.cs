using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>A hostile program: tries one way out and says "open" or what stopped it. What it sends is heard, or not, by a sink of the tests.</summary>
internal static partial class Doors
{
    private const int CloneNewNet = 0x40000000;
    private const int CloseOnExec = 0x80000;

    public static string Try(string door, string argument) => door switch
    {
        "tcp" => Attempt(() => SendTcp(IPEndPoint.Parse(argument))),
        "udp" => Attempt(() => SendUdp(IPEndPoint.Parse(argument))),
        "udp-own" => Attempt(() => SendToOwnPort(IPEndPoint.Parse(argument))),
        "dns" => Attempt(() => Dns.GetHostAddresses(argument)),
        "icmp" => Attempt(() => SendEcho(IPAddress.Parse(argument))),
        "unix" => Attempt(() => SendUnix(argument)),
        "abstract" => Attempt(() => SendUnix("\0" + argument)),
        "setns" => Attempt(() => Escape(argument)),
        "socket" => Attempt(() => OpenSocket(argument)),
        "descriptor" => Attempt(() => WriteToPipe(argument)),
        "ptrace" => AttachToAny(argument),
        "write" => Attempt(() => File.OpenHandle(argument, FileMode.Open, FileAccess.Write).Dispose()),
        "read" => Attempt(() => File.OpenHandle(argument).Dispose()),
        "create" => Attempt(() => File.OpenHandle(argument, FileMode.CreateNew, FileAccess.Write, options: FileOptions.DeleteOnClose).Dispose()),
        "signal" => Attempt(() => Check(kill(int.Parse(argument), 0))),
        "unshare" => Call(IsArm ? 97 : 272, CloneNewNet, 0, 0, 0),
        "mount" => Attempt(() => Check(mount("tmpfs", argument, "tmpfs", 0, 0))),
        "pidfd" => Call(434, int.Parse(argument), 0, 0, 0),
        "io_uring" => CallWithBuffer(425, 1, 120),
        "bpf" => CallWithBuffer(IsArm ? 280 : 321, 0, 120),
        "keys" => Call(IsArm ? 219 : 250, 0, -4, 0, 0),
        "shared-memory" => Attempt(() => Check(shmget(int.Parse(argument), 0, 0))),
        "capabilities" => File.ReadAllLines("/proc/thread-self/status").Any(line => line.StartsWith("Cap", StringComparison.Ordinal) && line.TrimEnd().AsSpan()[^16..].ContainsAnyExcept('0')) ? "open" : "none",
        _ => throw new ArgumentException(door),
    };

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64;

    private static byte[] Token => "escaped"u8.ToArray();

    private static string Attempt(Action action)
    {
        try
        {
            action();
            return "open";
        }
        catch (Exception error)
        {
            return $"{error.GetType().Name}: {error.Message}";
        }
    }

    private static void SendTcp(IPEndPoint target)
    {
        using Socket socket = new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(target);
        socket.Send(Token);
    }

    private static void SendUdp(IPEndPoint target)
    {
        using Socket socket = new(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(target);
        socket.Send(Token);
        // The second one fails when the first was refused by an ICMP error, which the kernel delivers at once on lo.
        socket.Send(Token);
    }

    // Where every address is local, whoever listens on all addresses would get what he sends to a stranger.
    private static void SendToOwnPort(IPEndPoint target)
    {
        using Socket own = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        own.Bind(new IPEndPoint(IPAddress.Any, target.Port));
        SendUdp(target);
    }

    private static void SendEcho(IPAddress target)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);
        socket.SendTo([8, 0, 0xf7, 0xff, 0, 0, 0, 0], new IPEndPoint(target, 0));
    }

    private static void SendUnix(string path)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(Token);
    }

    // Every process that can be seen is a door back into its network; "PID address:port" names one more and the sink behind it.
    private static void Escape(string argument)
    {
        string[] parts = argument.Split(' ');
        IPEndPoint sink = IPEndPoint.Parse(parts[1]);
        string last = "no process";
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Prepend("/proc/" + parts[0]))
        {
            int descriptor = open(process + "/ns/net", CloseOnExec);
            if (descriptor >= 0 && setns(descriptor, CloneNewNet) == 0)
            {
                SendTcp(sink);
                return;
            }

            last = Marshal.GetLastPInvokeErrorMessage();
        }

        throw new InvalidOperationException(last);
    }

    private static void OpenSocket(string kind)
    {
        (int domain, int type, int protocol) = kind switch
        {
            "packet" => (17, 3, 0x0300),
            "raw" => (2, 3, 255),
            "vsock" => (40, 1, 0),
            "netfilter" => (16, 3, 12),
            "audit" => (16, 3, 9),
            "crypto" => (38, 5, 0),
            _ => throw new ArgumentException(kind),
        };
        Check(socket(domain, type, protocol));
    }

    // Only to the named one: the runtime has pipes of its own.
    private static void WriteToPipe(string link)
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (new FileInfo(entry).LinkTarget == link && write(int.Parse(Path.GetFileName(entry)), Token, Token.Length) > 0)
                return;
        }

        throw new InvalidOperationException("no such pipe");
    }

    private static string AttachToAny(string argument)
    {
        const int attach = 16, detach = 17;
        foreach (int process in Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out int id) ? id : 0).Where(id => id > 1 && id != Environment.ProcessId).Prepend(int.Parse(argument)))
        {
            if (Call(IsArm ? 117 : 101, attach, process, 0, 0) is not "open")
                continue;
            // A tracee must have stopped before it can be let go.
            _ = waitpid(process, 0, 0x40000000);
            _ = Call(IsArm ? 117 : 101, detach, process, 0, 0);
            return "open";
        }

        return Marshal.GetLastPInvokeErrorMessage();
    }

    private static string Call(int number, nint first, nint second, nint third, nint fourth) => Attempt(() => Check(syscall(number, first, second, third, fourth)));

    private static unsafe string CallWithBuffer(int number, nint first, int bytes)
    {
        byte* buffer = stackalloc byte[bytes];
        new Span<byte>(buffer, bytes).Clear();
        string result = Call(number, first, (nint)buffer, bytes, 0);
        // Bad arguments mean that the call itself is there.
        return result.Contains("Invalid argument", StringComparison.Ordinal) ? "open" : result;
    }

    private static void Check(nint result)
    {
        if (result < 0)
            throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int descriptor, int type);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte[] buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int process, nint status, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int shmget(int key, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, nuint flags, nint data);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);
}
