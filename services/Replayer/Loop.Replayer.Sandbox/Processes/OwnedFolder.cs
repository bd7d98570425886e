using System.Runtime.Versioning;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>A folder that says whose it is, so that a sweep removes it when its replayer was killed.</summary>
public static class OwnedFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes one that no other user can read: plans, recordings and logs hold the secrets of services.</summary>
    /// <param name="stateRoot">The folder of all of them.</param>
    /// <param name="name">Its name in there.</param>
    [SupportedOSPlatform("linux")]
    public static string Make(string stateRoot, string name)
    {
        Directory.CreateDirectory(stateRoot, OwnerOnly);
        // Somebody else may have made it first, in a place where everybody may.
        if (File.GetUnixFileMode(stateRoot) != OwnerOnly)
            throw new SandboxException($"{stateRoot} can be read by other users: remove it, or name another folder.");
        string folder = Directory.CreateDirectory(Path.Combine(stateRoot, name), OwnerOnly).FullName;
        try
        {
            File.WriteAllText(SandboxLeftovers.OwnerFile(folder), ProcessMark.OfSelf().ToString());
            return folder;
        }
        catch
        {
            // On a full disk: without an owner nobody would ever sweep it.
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Removes it with all that is in it. A sweep ends what a kill interrupts.</summary>
    public static Task Remove(string folder, TimeProvider time) => SandboxFolder.Remove(folder, time);
}
