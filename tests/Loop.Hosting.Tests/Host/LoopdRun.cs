using System.Diagnostics;
using Loop.Integration.Tests.Harness;

namespace Loop.Hosting.Tests.Host;

/// <summary>One run of <c>loopd</c> to its end.</summary>
internal sealed record LoopdRun(int Code, string Output, string Words)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Words of the services' logs are left out: what begins with <c>loopd: </c> is for the person who started it.</summary>
    public string[] Sentences => [.. Words.Split('\n').Where(line => line.StartsWith("loopd: ", StringComparison.Ordinal))];

    /// <summary>Runs it on free ports and a fresh directory unless the arguments say otherwise.</summary>
    public static async Task<LoopdRun> Of(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        string fresh = Directory.CreateTempSubdirectory("loop-data-").FullName;
        List<string> all = [.. arguments];
        foreach ((string option, string value) in new[] { ("--data", fresh), ("--capture-listen", "127.0.0.1:0"), ("--link-listen", "127.0.0.1:0"), ("--http-listen", "127.0.0.1:0") })
        {
            if (!arguments.Contains(option))
                all.AddRange([option, value]);
        }

        var start = new ProcessStartInfo(LoopServer.Executable, all) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> words = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw new TimeoutException($"loopd {string.Join(' ', all)} did not end: {await words}");
        }
        finally
        {
            Directory.Delete(fresh, recursive: true);
        }

        return new LoopdRun(process.ExitCode, await output, await words);
    }
}
