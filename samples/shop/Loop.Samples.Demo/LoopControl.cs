using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Loop.Samples.Demo;

/// <summary>Runs <c>loopctl</c> as a user would.</summary>
public sealed class LoopControl(string loopctl, Uri server)
{
    /// <summary>Shows a verb's output on the terminal and returns its exit code.</summary>
    public async Task<int> ShowAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        string[] words = [.. arguments];
        Console.WriteLine($"\n$ loopctl {string.Join(' ', words)}");
        using Process process = Start(words, redirect: false);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    /// <summary>True when capture, store and API are ready.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken) => (await RunAsync(["status"], cancellationToken)).ExitCode == 0;

    /// <summary>What Loop keeps.</summary>
    /// <exception cref="DemoFailedException">The list could not be read.</exception>
    public async Task<IReadOnlyList<ListedConversation>> ListAsync(CancellationToken cancellationToken)
    {
        (int exitCode, string output, string error) = await RunAsync(["list", "--json", "--limit", "1000"], cancellationToken);
        if (exitCode != 0)
            throw new DemoFailedException($"loopctl list --json ended with exit code {exitCode}: {error}");
        try
        {
            return JsonSerializer.Deserialize<List<ListedConversation>>(output, JsonSerializerOptions.Web) ?? [];
        }
        catch (JsonException wrong)
        {
            throw new DemoFailedException($"loopctl list --json printed no list: {wrong.Message}: {output}");
        }
    }

    /// <summary>Evidence of the newest replay; null when there is none.</summary>
    public async Task<string?> LastEvidenceAsync(CancellationToken cancellationToken)
    {
        (int exitCode, string output, _) = await RunAsync(["replays", "list", "--json", "--limit", "1"], cancellationToken);
        return exitCode == 0 ? JsonSerializer.Deserialize<List<ListedReplay>>(output, JsonSerializerOptions.Web)?.FirstOrDefault()?.Evidence : null;
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] words, CancellationToken cancellationToken)
    {
        using Process process = Start(words, redirect: true);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output, await error);
    }

    private Process Start(string[] words, bool redirect)
    {
        ProcessStartInfo info = new(loopctl, words) { RedirectStandardOutput = redirect, RedirectStandardError = redirect };
        info.Environment["LOOP_URL"] = server.ToString();
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception failure)
        {
            throw new DemoFailedException($"loopctl could not be started: {loopctl}: {failure.Message}");
        }
    }
}

/// <summary>What the demo looks at of a replay.</summary>
public sealed record ListedReplay(string Evidence);

/// <summary>The columns of a list that the demo looks at.</summary>
public sealed record ListedConversation(string Id, string? Path, int Hops, string State)
{
    /// <summary>True when nothing will be added to it.</summary>
    public bool IsSealed => string.Equals(State, "sealed", StringComparison.OrdinalIgnoreCase);
}
