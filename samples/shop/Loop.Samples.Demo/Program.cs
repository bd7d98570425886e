using System.CommandLine;
using Loop.EnvoyConfig;
using Loop.Samples.Demo;

Option<DirectoryInfo> bin = new("--bin") { Description = "where loopd and loopctl are", Required = true, Hidden = true };
Option<DirectoryInfo?> repository = new("--repository") { Description = "root of the repository, to find an Envoy beside it", Hidden = true };
Option<bool> once = new("--once") { Description = "end after the replays; exit code 0 when the failure was reproduced, and absent in the fixed copy" };
Option<int> requests = new("--requests") { Description = "requests to send; one in twenty fails", DefaultValueFactory = _ => 60 };
Option<bool> freePorts = new("--free-ports") { Description = "take any free ports instead of the usual ones" };
Option<int> basePort = new("--base-port") { Description = "the shop's entry; its other ports follow", DefaultValueFactory = _ => DemoPorts.UsualBase };
Option<int> capturePort = new("--capture-port") { Description = "Loop's capture port", DefaultValueFactory = _ => DemoPorts.UsualCapture };
Option<int> httpPort = new("--http-port") { Description = "Loop's API port", DefaultValueFactory = _ => DemoPorts.UsualHttp };

RootCommand root = new("Runs a small shop behind proxies, breaks a few of its requests, and shows what Loop makes of them.")
{
    bin, repository, once, requests, freePorts, basePort, capturePort, httpPort,
};
root.SetAction(async (parsed, cancellationToken) =>
{
    try
    {
        DemoOptions options = new()
        {
            Loopd = Path.Combine(parsed.GetRequiredValue(bin).FullName, "loopd"),
            Loopctl = Path.Combine(parsed.GetRequiredValue(bin).FullName, "loopctl"),
            Repository = parsed.GetValue(repository)?.FullName,
            Once = parsed.GetValue(once),
            Requests = parsed.GetValue(requests),
            Ports = parsed.GetValue(freePorts)
                ? DemoPorts.Free()
                : DemoPorts.Usual(parsed.GetValue(basePort), parsed.GetValue(capturePort), parsed.GetValue(httpPort)),
        };
        await new DemoRun(options, TimeProvider.System).RunAsync(cancellationToken);
        return 0;
    }
    catch (Exception failure) when (failure is DemoFailedException or EnvoyConfigInvalidException)
    {
        await Console.Error.WriteLineAsync($"\ndemo failed: {failure.Message}");
        return 1;
    }
    catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
    {
        return 130;
    }
});
ParseResult words = root.Parse(args);
if (words.Errors.Count > 0)
{
    foreach (string error in words.Errors.Select(error => error.Message).Distinct())
        await Console.Error.WriteLineAsync($"loop demo: {error}");
    await Console.Error.WriteLineAsync("Try: ./loop demo --help");
    return 64;
}

return await words.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
