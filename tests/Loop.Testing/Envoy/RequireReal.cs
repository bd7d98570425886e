using Xunit;

namespace Loop.Testing.Envoy;

/// <summary>Tests against real programs are skipped where these are missing, and fail where they are demanded.</summary>
public static class RequireReal
{
    /// <summary>Set to 1 where a missing program is a fault.</summary>
    public const string Variable = "LOOP_REQUIRE_REAL";

    // The search may unpack a binary: once per test process is enough.
    private static readonly Lazy<EnvoyConfig.Running.EnvoyBinary> Found = new(() => EnvoyConfig.Running.EnvoyBinary.Find());

    /// <summary>Ends the test: skipped with the reason, or failed when <see cref="Variable"/> is 1.</summary>
    public static void Skip(string reason)
    {
        if (Environment.GetEnvironmentVariable(Variable) is "1")
            Assert.Fail($"{Variable}=1, but: {reason}");
        Assert.Skip(reason);
    }

    /// <summary>Path of an Envoy; without one the test ends here.</summary>
    public static string EnvoyBinary()
    {
        if (Found.Value.Path is null)
            Skip($"no Envoy: {Found.Value.Explanation}");
        return Found.Value.Path!;
    }
}
