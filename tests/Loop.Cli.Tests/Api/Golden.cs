using System.Runtime.CompilerServices;

namespace Loop.Cli.Tests.Api;

/// <summary>Compares with a text next to the test. <c>LOOP_ACCEPT_GOLDEN=1</c> writes it anew; why stands in the commit.</summary>
internal static class Golden
{
    public static void Equal(string name, string actual, [CallerFilePath] string caller = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(caller)!, "..", "Golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("LOOP_ACCEPT_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
