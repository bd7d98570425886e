using System.Diagnostics;

namespace Loop.Integration.Tests.Harness;

/// <summary>The real <c>loopctl</c>, beside the tests.</summary>
internal static class Loopctl
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);

    /// <summary>Runs it against a server to its end.</summary>
    public static Task<(int Code, string Output, string Errors)> Run(Uri server, params string[] arguments) => RunWith(server, arguments);

    /// <summary>Runs it where no server is named.</summary>
    public static Task<(int Code, string Output, string Errors)> RunAlone(params string[] arguments) => RunWith(null, arguments);

    private static async Task<(int Code, string Output, string Errors)> RunWith(Uri? server, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "loopctl"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LOOP_URL"] = server?.ToString();
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Limit);
        return (process.ExitCode, await output, await errors);
    }
}
