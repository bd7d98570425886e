namespace Loop.Cli.Testing;

/// <summary>The folder of a server of one's own, in the folder for temporary files. It says whose it is: what a killed loopctl left, the next one removes.</summary>
internal sealed class ServerFolder
{
    private const string Prefix = "loop-test-server-", OwnerFile = "owner";
    private readonly string _path;

    private ServerFolder(string path) => _path = path;

    /// <summary>Where the server keeps its data.</summary>
    public string Data => Path.Combine(_path, "data");

    /// <summary>Makes one.</summary>
    public static ServerFolder Make()
    {
        var folder = new ServerFolder(Directory.CreateTempSubdirectory(Prefix).FullName);
        File.WriteAllText(Path.Combine(folder._path, OwnerFile), ProcessStart.OfSelf());
        return folder;
    }

    /// <summary>Removes those whose owner is gone. Others' are left to them, and one without an owner is being made this moment.</summary>
    public static void Sweep()
    {
        foreach (string path in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                if (!ProcessStart.IsAlive(File.ReadAllText(Path.Combine(path, OwnerFile))))
                    Directory.Delete(path, recursive: true);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another loopctl was faster. No test hangs on it.
            }
        }
    }

    /// <summary>Removes it.</summary>
    public void Remove() => Directory.Delete(_path, recursive: true);
}
