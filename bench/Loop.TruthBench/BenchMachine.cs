using System.Reflection;
using System.Runtime.InteropServices;

namespace Loop.TruthBench;

/// <summary>When, where and of what the bench speaks, in a line.</summary>
internal static class BenchMachine
{
    public static string Describe(TimeProvider time) =>
        $"{time.GetUtcNow():yyyy-MM-dd HH:mm} UTC · {Environment.ProcessorCount} cores · {RuntimeInformation.OSDescription} · {RuntimeInformation.FrameworkDescription} · commit {Commit()}";

    // The SDK notes the commit in the version when it builds inside a checkout.
    private static string Commit()
    {
        string version = typeof(BenchMachine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? "unknown" : version[(plus + 1)..];
    }
}
