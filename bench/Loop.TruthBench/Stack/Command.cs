using System.ComponentModel;
using System.Diagnostics;

namespace Loop.TruthBench.Stack;

/// <summary>Programs that run to their end.</summary>
internal static class Command
{
    /// <summary>Runs one and returns its standard output.</summary>
    /// <exception cref="BenchException">It could not be started, or failed.</exception>
    public static async Task<string> Run(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        (int code, string output, string errors) = await Try(words, null, cancellationToken);
        return code == 0 ? output : throw new BenchException($"{string.Join(' ', words)} ended with exit code {code}: {errors}{output}");
    }

    /// <summary>Runs one, with variables beside those of this process, and returns its exit code and what it wrote.</summary>
    /// <exception cref="BenchException">It could not be started.</exception>
    public static async Task<(int Code, string Output, string Errors)> Try(IReadOnlyList<string> words, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        ProcessStartInfo info = new(words[0], words.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = value;
        try
        {
            using Process process = Process.Start(info)!;
            process.StandardInput.Close();
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, output, await errors);
        }
        catch (Win32Exception failure)
        {
            throw new BenchException($"{words[0]} could not be started: {failure.Message}");
        }
    }
}
