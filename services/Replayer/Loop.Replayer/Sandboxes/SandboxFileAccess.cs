using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Loop.Replayer.Engine;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>
/// Reads sandbox files. One names programs that this process starts, and whoever reaches the API names the file: so only a file that this user or root owns, and
/// that nobody else can write, is read.
/// </summary>
internal static partial class SandboxFileAccess
{
    private const int MaximumBytes = 1024 * 1024;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The file with its SHA-256, or why it is refused.</summary>
    public static (SandboxFile? File, string Sha256, ReplayRefusal? Refusal) Read(string path)
    {
        if (path != Path.GetFullPath(path) || !Path.IsPathRooted(path))
            return (null, "", ReplayRefusal.Malformed("sandbox.file", $"'{path}' is not an absolute path.", "Give the absolute path of the sandbox file on the machine of the replayer."));
        string text;
        try
        {
            FileInfo info = new(path);
            if (!info.Exists)
                return (null, "", Refused(404, "unknown-sandbox-file", "No such sandbox file.", $"{path} does not exist on the replayer's machine.", "Write one: loopctl sandbox init ID."));
            if (OwnerFault(path) is { } fault)
                return (null, "", Refused(403, "sandbox-file-not-trusted", "The sandbox file is not trusted.", fault, "chown it to the user of loopd, and chmod go-w it and its folder."));
            if (info.Length > MaximumBytes)
                return (null, "", Refused(400, "sandbox-file", "The sandbox file has faults.", $"{path} has {info.Length} bytes; at most {MaximumBytes} are read.", "Name the sandbox file."));
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, "", Refused(403, "sandbox-file-not-readable", "The sandbox file cannot be read.", $"{path}: {error.Message}", "Make it readable for the user of loopd."));
        }

        SandboxFileResult result = SandboxFileReader.Read(text, path);
        return result.File is { } file
            ? (file, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), null)
            : (null, "", Refused(400, "sandbox-file", "The sandbox file has faults.", string.Join("\n", result.Faults.Select(one => one.ToString())), "Mend them; docs/reference/sandbox-file.md tells every key."));
    }

    private static ReplayRefusal Refused(int status, string kind, string title, string detail, string remedy) => new(status, kind, title, detail, remedy);

    private static string? OwnerFault(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        foreach (string one in new[] { path, Path.GetDirectoryName(path)! })
        {
            uint owner = Owner(one);
            if (owner != 0 && owner != GetEffectiveUser())
                return $"{one} belongs to user {owner}, not to the user of loopd ({GetEffectiveUser()}) or root.";
            // A folder that everybody may write to with the sticky bit set, as /tmp, does not let others replace a file.
            UnixFileMode mode = File.GetUnixFileMode(one);
            if ((mode & WritableByOthers) != 0 && (mode & UnixFileMode.StickyBit) == 0)
                return $"{one} can be written by others (mode {Convert.ToString((int)mode, 8)}).";
        }

        return null;
    }

    // struct statx (linux/stat.h): stx_uid at 20, the same on every architecture.
    private static uint Owner(string path)
    {
        const int currentFolder = -100, wantUser = 0x8;
        byte[] data = new byte[256];
        if (Statx(currentFolder, path, 0, wantUser, data) != 0)
            throw new IOException($"The owner of {path} cannot be read: {Marshal.GetLastPInvokeErrorMessage()}.");
        return BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(20));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, [Out] byte[] data);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetEffectiveUser();
}
