using Xunit;

namespace Loop.Integration.Tests.Harness;

/// <summary>What a server whose runtime folder is <c>ROOT/run</c> and whose temporary folder is <c>ROOT/tmp</c> must not leave.</summary>
internal static class Leftovers
{
    /// <summary>No sandbox, no temporary folder, no mount, no process.</summary>
    public static async Task AssertNone(string root, CancellationToken cancellationToken)
    {
        AssertNoSandbox(root);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.Combine(root, "tmp")), path => Path.GetFileName(path).StartsWith("loop-", StringComparison.Ordinal));
        Assert.DoesNotContain(root, await File.ReadAllTextAsync("/proc/self/mountinfo", cancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)), process => IsOf(root, process));
    }

    /// <summary>No folder of a sandbox.</summary>
    public static void AssertNoSandbox(string root) => Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(root, "run", "loop-sandboxes")));

    /// <summary>The environment of a server that keeps to the root.</summary>
    public static Dictionary<string, string> Environment(string root) => new(FastTimes.Environment)
    {
        ["XDG_RUNTIME_DIR"] = Directory.CreateDirectory(Path.Combine(root, "run")).FullName,
        ["TMPDIR"] = Directory.CreateDirectory(Path.Combine(root, "tmp")).FullName,
    };

    // Whatever a server started, however it was forked, has its environment or runs in the work folder.
    private static bool IsOf(string root, string process)
    {
        try
        {
            return File.ReadAllText(process + "/environ").Contains(root, StringComparison.Ordinal) || File.ReadAllText(process + "/cmdline").Contains(root, StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
