using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Loop.EnvoyConfig.Running;

/// <summary>Ends a child process politely first. .NET itself can only kill.</summary>
public static partial class Termination
{
    private const int Sigterm = 15;

    /// <summary>Asks the process to end, and kills it with its children when it does not within the limit.</summary>
    public static async Task EndAsync(Process process, TimeSpan limit, TimeProvider time)
    {
        if (process.HasExited)
            return;
        if (OperatingSystem.IsWindows())
            process.Kill(entireProcessTree: true);
        else
            _ = Signal(process.Id, Sigterm);

        using CancellationTokenSource patience = new(limit, time);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int processId, int signal);
}
