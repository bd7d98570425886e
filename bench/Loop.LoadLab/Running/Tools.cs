using System.ComponentModel;
using System.Diagnostics;

namespace Loop.LoadLab.Running;

/// <summary>Load generators of the distribution: <c>wrk</c> for as much as goes, <c>hey</c> for a rate.</summary>
internal static class Tools
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3);

    /// <summary>Installs what is missing, as root, or says how. A package of another name than its program is named.</summary>
    public static async Task Ensure(IReadOnlyList<string> names, CancellationToken cancellationToken, string? package = null)
    {
        string[] missing = [.. names.Where(name => !IsOnPath(name))];
        if (missing.Length == 0)
            return;
        string[] packages = package is null ? missing : [package];
        string remedy = $"install them: sudo apt-get install {string.Join(' ', packages)}";
        if (!Environment.IsPrivilegedProcess)
            throw new LabException($"{string.Join(" and ", missing)} not found; {remedy}");
        LabContext.Say($"installing {string.Join(", ", missing)} …");
        if (!await Apt(["install", "-y", "-qq", .. packages], cancellationToken))
        {
            await Apt(["update", "-qq"], cancellationToken);
            if (!await Apt(["install", "-y", "-qq", .. packages], cancellationToken))
                throw new LabException($"apt-get could not install {string.Join(" and ", missing)}; {remedy}");
        }
    }

    private static bool IsOnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, name)));

    private static async Task<bool> Apt(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InstallLimit);
        try
        {
            using var process = Process.Start(new ProcessStartInfo("apt-get", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _ = process.StandardOutput.ReadToEndAsync(limit.Token);
            _ = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
