using System.Runtime.Versioning;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Launch;

/// <summary>Copies a folder: files with their modes, folders and links. Sockets, pipes and devices belong to whoever made them and are left out.</summary>
/// <param name="leftOut">A folder that is not copied: the one that the copy goes into.</param>
/// <param name="limitBytes">Most bytes of all files.</param>
[SupportedOSPlatform("linux")]
internal sealed class FolderCopy(string leftOut, long limitBytes = FolderCopy.LimitBytes)
{
    /// <summary>A copy may lie in memory, and is made for every run.</summary>
    public const long LimitBytes = 512L << 20;

    private long _bytes;

    /// <summary>Copies.</summary>
    /// <param name="source">Exists.</param>
    /// <param name="target">Does not exist.</param>
    /// <param name="tooLarge">What is thrown beyond the limit.</param>
    public void Make(string source, string target, Func<long, Exception> tooLarge)
    {
        Directory.CreateDirectory(target, File.GetUnixFileMode(source) | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.UserRead);
        foreach (FileSystemInfo entry in new DirectoryInfo(source).EnumerateFileSystemInfos())
        {
            string copy = Path.Combine(target, entry.Name);
            if (entry.FullName == leftOut)
                continue;
            if (entry.LinkTarget is { } link)
                File.CreateSymbolicLink(copy, link);
            else if (entry is DirectoryInfo)
                Make(entry.FullName, copy, tooLarge);
            else if (FileKinds.IsRegular(entry.FullName))
                CopyFile((FileInfo)entry, copy, tooLarge);
        }
    }

    private void CopyFile(FileInfo file, string copy, Func<long, Exception> tooLarge)
    {
        _bytes += file.Length;
        if (_bytes > limitBytes)
            throw tooLarge(limitBytes);
        file.CopyTo(copy);
    }
}
