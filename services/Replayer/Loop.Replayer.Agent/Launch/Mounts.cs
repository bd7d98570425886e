using System.Buffers.Binary;
using System.Text;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Launch;

/// <summary>Mounts in the launcher's own mount namespace; the host sees none of them.</summary>
internal static class Mounts
{
    private const nuint NoSetuid = 2, NoDevices = 4, NoExecute = 8, BindFlag = 4096, Recursive = 16384;
    private const int AttributeReadOnly = 1, AttributeNoSetuid = 2, AttributeNoDevices = 4;

    /// <summary>Cuts the ties to the mounts of other namespaces: nothing that is mounted here appears there, nor the other way round.</summary>
    public static void MakePrivate() => Native.Check(Native.mount("none", "/", null, Recursive | 1 << 18, null), "make all mounts private");

    public static void Temporary(string target) =>
        Native.Check(Native.mount("tmpfs", target, "tmpfs", NoSetuid | NoDevices, "mode=0755"), $"mount a private {target}");

    public static void Processes(string target) =>
        Native.Check(Native.mount("proc", target, "proc", NoSetuid | NoDevices | NoExecute, null), "mount a private /proc");

    // Recursive because the mounts below a folder of a more privileged namespace are locked to it.
    public static void Bind(string source, string target) =>
        Native.Check(Native.mount(source, target, null, BindFlag | Recursive, null), $"show {source}");

    public static void BindReadOnly(string source, string target)
    {
        Bind(source, target);
        Set(target, AttributeReadOnly | AttributeNoSetuid | AttributeNoDevices, isRecursive: true);
    }

    /// <summary>Takes back that a mount is read-only; only for one that was made here.</summary>
    public static void MakeWritable(string target) => Set(target, 0, isRecursive: false, clear: AttributeReadOnly);

    /// <summary>
    /// Shows a folder through an overlay, whose socket files are not those that somebody listens on: also a socket that the host makes there later
    /// stays out of reach. A folder with mounts below it cannot be shown so; it is bound.
    /// </summary>
    public static void Overlay(string source, string target, string emptyFolder)
    {
        bool isPlain = source.AsSpan().IndexOfAny(",:\\") < 0;
        if (!isPlain || Native.mount("overlay", target, "overlay", NoSetuid | NoDevices, $"lowerdir={source}:{emptyFolder}") < 0)
            BindReadOnly(source, target);
    }

    /// <summary>Shows a folder with what is written to it lying elsewhere. Marks are kept as attributes of the user, which a user namespace may set (Linux 5.11, in memory 6.6).</summary>
    public static void Writes(string source, string upper, string work, string target)
    {
        Native.Check(Native.setxattr(upper, "user.loop", "y"u8, 1, 0), "set an attribute in memory (Linux 6.6 or newer)");
        Native.Check(Native.mount("overlay", target, "overlay", NoSetuid | NoDevices, $"lowerdir={source},upperdir={upper},workdir={work},userxattr"), $"make an overlay over {source}");
    }

    /// <summary>Takes a mount that was made here away.</summary>
    public static void Remove(string target) => Native.Check(Native.umount2(target, 0), $"unmount {target}");

    public static void BindWritable(string source, string target)
    {
        Bind(source, target);
        Set(target, AttributeNoSetuid | AttributeNoDevices, isRecursive: true);
    }

    public static void MakeReadOnly(string target) => Set(target, AttributeReadOnly, isRecursive: false);

    /// <summary>Makes a mount the root of everything and lets go of the old one.</summary>
    public static unsafe void Enter(string root)
    {
        const int detach = 2;
        Environment.CurrentDirectory = root;
        fixed (byte* here = "."u8)
            Native.Check(Native.syscall(SystemCalls.PivotRoot, (nint)here, (nint)here, 0, 0, 0), "change the root");
        // Old and new root lie on the same path now; "." is the old one (pivot_root(2), "pivot_root(".", ".")").
        Native.Check(Native.umount2(".", detach), "let go of the old root");
        Environment.CurrentDirectory = "/";
    }

    private static unsafe void Set(string target, int attributes, bool isRecursive, int clear = 0)
    {
        const int atCurrentFolder = -100, atRecursive = 0x8000;
        // mount_attr: set, clear, propagation, user namespace; 8 bytes each.
        byte[] argument = new byte[32];
        BinaryPrimitives.WriteInt64LittleEndian(argument, attributes);
        BinaryPrimitives.WriteInt64LittleEndian(argument.AsSpan(8), clear);
        fixed (byte* path = Encoding.UTF8.GetBytes(target + "\0"))
        fixed (byte* value = argument)
            Native.Check(Native.syscall(SystemCalls.MountSetAttributes, atCurrentFolder, (nint)path, isRecursive ? atRecursive : 0, (nint)value, argument.Length), $"make {target} {(clear == 0 ? "read-only" : "writable")} (Linux 5.12 or newer)");
    }
}
