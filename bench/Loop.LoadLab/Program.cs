using System.CommandLine;
using System.Text.Json;
using Loop.LoadLab;
using Loop.LoadLab.EnvoyLoad;
using Loop.LoadLab.Ingest;
using Loop.LoadLab.Running;
using Loop.LoadLab.StandIns;

Option<DirectoryInfo> bin = new("--bin") { Description = "where loopd is", Required = true };
Option<FileInfo?> json = new("--json") { Description = "file for every single measurement" };
Option<int> rounds = new("--rounds") { Description = "runs of each variant; they alternate", DefaultValueFactory = _ => 3 };
Option<double> seconds = new("--seconds") { Description = "of each measured run", DefaultValueFactory = _ => 3 };
Option<bool> quick = new("--quick") { Description = "few short runs, to see that it works; the numbers mean nothing" };
Argument<string[]> names = new("NAME") { Description = $"what to measure (default: all): {string.Join(", ", LabRun.Scenarios.Select(scenario => scenario.Name))}", Arity = ArgumentArity.ZeroOrMore };
RootCommand root = new("Measures Loop against peers in the same run.") { names, bin, json, rounds, seconds, quick };
root.SetAction(async (parsed, cancellationToken) =>
{
    try
    {
        bool isQuick = parsed.GetValue(quick);
        var run = new LabRun(
            Path.Combine(parsed.GetRequiredValue(bin).FullName, "loopd"),
            parsed.GetValue(json)?.FullName,
            isQuick ? 1 : parsed.GetValue(rounds),
            isQuick ? 1 : parsed.GetValue(seconds),
            isQuick,
            TimeProvider.System);
        await run.Run(parsed.GetValue(names) ?? [], cancellationToken);
        return 0;
    }
    catch (LabException failure)
    {
        await Console.Error.WriteLineAsync($"bench: {failure.Message}");
        return 1;
    }
    catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
    {
        return 130;
    }
});

// Processes that a scenario starts of this program.
Option<bool> raw = new("--raw");
Command peer = new("peer", "A server that reads what loopd reads, and forgets it.") { raw };
peer.Hidden = true;
peer.SetAction(async (parsed, cancellationToken) => await PeerServer.Run(parsed.GetValue(raw), cancellationToken));
Command upstream = new("upstream", "The service behind an Envoy.") { Hidden = true };
upstream.SetAction(async (_, cancellationToken) => await UpstreamServer.Run(cancellationToken));
Argument<string> task = new("TASK");
Command send = new("send", "Sends a load.") { task };
send.Hidden = true;
send.SetAction(async (parsed, _) => Console.WriteLine(JsonSerializer.Serialize(await Sender.Run(JsonSerializer.Deserialize<SenderTask>(parsed.GetRequiredValue(task))!, TimeProvider.System))));
Argument<string> server = new("SERVER");
Argument<int> bodyBytes = new("BYTES");
Command answer = new("answer", "Answers everything with a body.") { server, bodyBytes };
answer.Hidden = true;
answer.SetAction((parsed, cancellationToken) => parsed.GetRequiredValue(server) switch
{
    "stand-ins" => StandInHost.Run(parsed.GetValue(bodyBytes), cancellationToken),
    "kestrel" => BareServer.Run(parsed.GetValue(bodyBytes), cancellationToken),
    string other => throw new LabException($"'{other}' is no server."),
});
root.Subcommands.Add(answer);
root.Subcommands.Add(peer);
root.Subcommands.Add(upstream);
root.Subcommands.Add(send);
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
