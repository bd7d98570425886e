using Loop.EnvoyConfig.Running;
using Loop.Samples.Demo.Processes;
using Loop.Samples.Demo.Proxies;
using Loop.Samples.Shop.Traffic;

namespace Loop.Samples.Demo;

/// <summary>
/// The demo: (1) Loop and the shop start, (2) traffic in which a few requests fail, (3) Loop keeps exactly these, (4) one is replayed
/// against a copy of the shop, (5) and against a fixed copy, (6) then in a sandbox, with nothing real behind it, as recorded and fixed. Whatever happens,
/// everything that was started is ended.
/// </summary>
public sealed class DemoRun(DemoOptions options, TimeProvider time)
{
    private const int Reproduced = 0;
    private const int Fixed = 1;
    private const int Inconclusive = 3;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ListLimit = TimeSpan.FromSeconds(30);

    private readonly DemoPorts _ports = options.Ports;
    private readonly LoopControl _loop = new(options.Loopctl, new Uri($"http://127.0.0.1:{options.Ports.Http}"));

    /// <summary>Runs it; stays up until it is cancelled unless asked to run once.</summary>
    /// <exception cref="DemoFailedException">A step did not do what it must; logs are kept and named.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string directory = Directory.CreateTempSubdirectory("loop-demo-").FullName;
        bool keepDirectory = false;
        try
        {
            await using Owned owned = new();
            await StartAsync(owned, directory, cancellationToken);
            ExpectedConversations expected = await SendTrafficAsync(cancellationToken);
            string id = await ShowWhatIsKeptAsync(expected, cancellationToken);
            await ReplayAsync(id, cancellationToken);
            string sandbox = await ReplayInSandboxAsync(id, directory, cancellationToken);
            if (!options.Once)
                await StayUpAsync(id, directory, sandbox, cancellationToken);
        }
        catch (DemoFailedException failure)
        {
            keepDirectory = true;
            throw new DemoFailedException($"{failure.Message}\nlogs: {Path.Combine(directory, "logs")}");
        }
        finally
        {
            if (!keepDirectory)
                Directory.Delete(directory, recursive: true);
        }
    }

    // 1. Loop first, so that nothing of the shop goes unseen.
    private async Task StartAsync(Owned owned, string directory, CancellationToken cancellationToken)
    {
        string logs = Path.Combine(directory, "logs");
        Say($"Loop: API http://127.0.0.1:{_ports.Http}, capture 127.0.0.1:{_ports.Capture}");
        string[] arguments = ["--data", Path.Combine(directory, "data"), "--capture-listen", $"127.0.0.1:{_ports.Capture}", "--http-listen", $"127.0.0.1:{_ports.Http}", "--link-listen", "127.0.0.1:0"];
        ChildProcess loopd = owned.Add(ChildProcess.Start("loopd", options.Loopd, arguments, logs, time));
        await loopd.WaitUntilAsync("ready state", _loop.IsReadyAsync, StartLimit, cancellationToken);

        EnvoyBinary envoy = EnvoyBinary.Find(options.Repository, download: true);
        IProxies proxies = owned.Add<IProxies>(envoy.Path is null
            ? new LaptopProxies(options.Loopctl, envoy.Explanation, _ports, logs, time)
            : new EnvoyProxies(envoy, _ports, directory, time));
        Say($"proxies: {proxies.Description}");
        ShopProcesses shop = owned.Add(new ShopProcesses(logs, time));
        await Task.WhenAll(proxies.StartAsync(cancellationToken), shop.StartBehindProxiesAsync(_ports, cancellationToken));
        Say($"shop: web → payments, web → recommendations → history; its entry is http://127.0.0.1:{_ports.Services["web"].Inbound}");
        await shop.StartCopyAsync(_ports.Sandbox, isFixed: false, cancellationToken);
        await shop.StartCopyAsync(_ports.FixedSandbox, isFixed: true, cancellationToken);
        Say($"copies of the shop to replay against: 127.0.0.1:{_ports.Sandbox["web"]} with its bugs, 127.0.0.1:{_ports.FixedSandbox["web"]} without");
    }

    // 2.
    private async Task<ExpectedConversations> SendTrafficAsync(CancellationToken cancellationToken)
    {
        using TrafficClient client = new(new Uri($"http://127.0.0.1:{_ports.Services["web"].Inbound}"));
        TrafficReport report = await client.SendAsync(options.Requests, cancellationToken);
        Say($"traffic: {report}");
        return report.IsAsPlanned
            ? new ExpectedConversations(PlannedRequest.Plan(options.Requests))
            : throw new DemoFailedException("the shop did not answer as planned");
    }

    // 3.
    private async Task<string> ShowWhatIsKeptAsync(ExpectedConversations expected, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        IReadOnlyList<ListedConversation> listed = await _loop.ListAsync(cancellationToken);
        while (!expected.AreAll(listed))
        {
            if (time.GetElapsedTime(started) > ListLimit)
                throw new DemoFailedException($"Loop does not keep exactly the failing conversations: {expected.Difference(listed)}");
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            listed = await _loop.ListAsync(cancellationToken);
        }

        Say($"Loop keeps exactly the {expected.Count} failing conversations, with all their hops:");
        await _loop.ShowAsync(["list"], cancellationToken);
        string id = (listed.FirstOrDefault(conversation => conversation.Hops == 3) ?? listed[0]).Id;
        await _loop.ShowAsync(["show", id], cancellationToken);
        return id;
    }

    // 4 and 5.
    private async Task ReplayAsync(string id, CancellationToken cancellationToken)
    {
        int verdict = await _loop.ShowAsync(["replay", id, "--destination", $"127.0.0.1:{_ports.Sandbox["web"]}"], cancellationToken);
        if (verdict != Reproduced)
            throw new DemoFailedException($"the replay of {id} ended with exit code {verdict}; {Reproduced} (reproduced) was expected");
        Say("the same request against the fixed copy:");
        verdict = await _loop.ShowAsync(["replay", id, "--destination", $"127.0.0.1:{_ports.FixedSandbox["web"]}"], cancellationToken);
        if (verdict != Fixed)
            throw new DemoFailedException($"the replay of {id} against the fixed copy ended with exit code {verdict}; {Fixed} (fixed) was expected");
    }

    // 6. Nothing of the shop that was recorded is needed for this.
    private async Task<string> ReplayInSandboxAsync(string id, string directory, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateDirectory(Path.Combine(directory, "sandbox")).FullName;
        string file = SandboxFiles.Write(folder, ShopProcesses.Program, isFixed: false);
        string fixedFile = SandboxFiles.Write(folder, ShopProcesses.Program, isFixed: true);
        Say("the same failure in a sandbox: copies of the services run sealed off, and whatever they call that is not there is answered from the recording:");
        int verdict = await _loop.ShowAsync(["replay", id, "--sandbox", file], cancellationToken);
        if (verdict != Reproduced)
            throw new DemoFailedException($"the replay of {id} in a sandbox ended with exit code {verdict}; {Reproduced} (reproduced) was expected");
        Say("only the service that failed, all others from the recording:");
        verdict = await _loop.ShowAsync(["replay", id, "--sandbox", file, "--live", "history"], cancellationToken);
        if (verdict != Reproduced)
            throw new DemoFailedException($"the replay of {id} with one live service ended with exit code {verdict}; {Reproduced} (reproduced) was expected");
        Say("the fixed build in the same sandbox:");
        verdict = await _loop.ShowAsync(["replay", id, "--sandbox", fixedFile], cancellationToken);
        // Where the kernel gives no namespaces, an absent failure proves nothing, and Loop says so.
        if (verdict != Fixed && !(verdict == Inconclusive && await _loop.LastEvidenceAsync(cancellationToken) is "unsealed"))
            throw new DemoFailedException($"the replay of {id} in a sandbox with the fixed build ended with exit code {verdict}; {Fixed} (fixed) was expected");
        return file;
    }

    private async Task StayUpAsync(string id, string directory, string sandbox, CancellationToken cancellationToken)
    {
        string url = _ports.Http == DemoPorts.UsualHttp ? "" : $" --url http://127.0.0.1:{_ports.Http}";
        string entry = $"http://127.0.0.1:{_ports.Services["web"].Inbound}";
        Console.WriteLine($$"""

            Everything stays up until Ctrl-C. In another terminal:
              ./loop list{{url}}
              ./loop show {{id}}{{url}}
              ./loop tail{{url}}
              ./loop replay {{id}} --destination 127.0.0.1:{{_ports.Sandbox["web"]}}{{url}}
              ./loop replay {{id}} --sandbox {{sandbox}} --live history{{url}}
            Break something yourself:
              curl -i {{entry}}/suggestions -H 'content-type: application/json' -d '{"customer":"me","products":["tent"]}'
              curl -i {{entry}}/checkout -H 'content-type: application/json' -d '{"customer":"me","currency":"JPY","lines":[{"product":"kettle","price":"4200","quantity":1}]}'
            API http://127.0.0.1:{{_ports.Http}} · logs {{Path.Combine(directory, "logs")}}
            """);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Say("stopping");
        }
    }

    private static void Say(string text) => Console.WriteLine($"» {text}");
}
