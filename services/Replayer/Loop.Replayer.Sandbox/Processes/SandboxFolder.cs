using System.Runtime.Versioning;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>Removes the folder of a sandbox that has ended.</summary>
internal static class SandboxFolder
{
    private const string Mark = ".ended";
    private const int Attempts = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>True when its removal has begun.</summary>
    public static bool IsEnded(string folder) => folder.EndsWith(Mark, StringComparison.Ordinal);

    /// <summary>
    /// It is marked first, for the name of its owner goes with it: a replayer that is killed within the removal would leave a folder of nobody. The kernel ends
    /// the processes of a killed sandbox one after the other: the last of a database may make a file in a folder that was just emptied. That lasts for moments;
    /// what stays longer in the way is an error.
    /// </summary>
    public static async Task Remove(string folder, TimeProvider time)
    {
        string ended = IsEnded(folder) ? folder : folder + Mark;
        if (ended != folder && Directory.Exists(folder))
            Directory.Move(folder, ended);
        for (int attempt = 1; Directory.Exists(ended); attempt++)
        {
            try
            {
                Directory.Delete(ended, recursive: true);
            }
            catch (IOException) when (attempt < Attempts)
            {
                await Task.Delay(Pause, time);
            }
            catch (UnauthorizedAccessException) when (attempt == 1 && OperatingSystem.IsLinux())
            {
                OpenFolders(ended);
            }
        }
    }

    // A service may have taken its own rights over what it made in a copy of its work folder.
    [SupportedOSPlatform("linux")]
    private static void OpenFolders(string folder)
    {
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (DirectoryInfo inner in new DirectoryInfo(folder).EnumerateDirectories().Where(inner => inner.LinkTarget is null))
            OpenFolders(inner.FullName);
    }
}
