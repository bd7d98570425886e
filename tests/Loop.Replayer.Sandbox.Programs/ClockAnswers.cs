using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>What .NET makes of the clock.</summary>
internal static class ClockAnswers
{
    public static async Task<string> To(string question) => question switch
    {
        "now" => $"{Milliseconds(DateTimeOffset.UtcNow)} {TimeZoneInfo.Local.GetUtcOffset(DateTimeOffset.UtcNow).TotalMinutes:0}",
        "timer" => await Timer(),
        "certificate" => Certificate(),
        "file" => FileTime(),
        "child" => await Child(),
        _ => throw new ArgumentException("unknown: " + question),
    };

    // Waits in the three ways that .NET has; monotonic and wall time that went by.
    private static async Task<string> Timer()
    {
        long wall = Milliseconds(DateTimeOffset.UtcNow);
        Stopwatch watch = Stopwatch.StartNew();
        await Task.Delay(100);
        Thread.Sleep(100);
        using ManualResetEventSlim never = new();
        never.Wait(100);
        return $"{watch.ElapsedMilliseconds} {Milliseconds(DateTimeOffset.UtcNow) - wall}";
    }

    private static string Certificate()
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(File.ReadAllBytes("certificate.der"));
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate) ? "valid" : string.Join(' ', chain.ChainStatus.Select(status => status.Status));
    }

    private static string FileTime()
    {
        File.WriteAllText("made", "");
        return Milliseconds(File.GetLastWriteTimeUtc("made")).ToString();
    }

    private static async Task<string> Child()
    {
        using Process child = Process.Start(new ProcessStartInfo("date", "+%s") { RedirectStandardOutput = true })!;
        return (await child.StandardOutput.ReadToEndAsync()).Trim() + "000 0";
    }

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
