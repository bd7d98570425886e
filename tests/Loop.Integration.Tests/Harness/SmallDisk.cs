using System.Runtime.InteropServices;
using Xunit;

namespace Loop.Integration.Tests.Harness;

/// <summary>A file system of a few MiB in memory; only root may mount one.</summary>
internal sealed partial class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts it; skips the test where that is not allowed.</summary>
    public static SmallDisk Mount(int mebibytes)
    {
        string path = Directory.CreateTempSubdirectory("loop-disk-").FullName;
        if (mount("loop-test", path, "tmpfs", 0, $"size={mebibytes}m,mode=0700") != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            Directory.Delete(path);
            Assert.Skip($"A small disk cannot be mounted (errno {error}): this test needs root on Linux.");
        }

        return new SmallDisk(path);
    }

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        using FileStream filler = File.Create(Filler, bufferSize: 1);
        byte[] block = new byte[4096];
        try
        {
            while (true)
                filler.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        const int detach = 2; // MNT_DETACH
        _ = umount2(Path, detach);
        Directory.Delete(Path);
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);
}
