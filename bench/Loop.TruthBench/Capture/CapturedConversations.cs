using System.Net;
using Loop.EnvoyConfig.Running;
using Loop.Samples.Demo;
using Loop.Samples.Demo.Processes;
using Loop.TruthBench.Bugs;
using Loop.TruthBench.Builds;
using Loop.TruthBench.Checking;
using Loop.TruthBench.Stack;

namespace Loop.TruthBench.Capture;

/// <summary>
/// Lets every bug happen once behind real Envoys, among healthy requests of all routes, and waits until Loop has sealed what failed. Then the stack
/// and its data are gone.
/// </summary>
internal sealed class CapturedConversations(Workplace place, IReadOnlyList<CheckedBug> checkedBugs, TimeProvider time)
{
    /// <summary>More than Loop keeps of a body (1 MiB).</summary>
    public const int PaddingBytes = 1_300_000;

    // The hop into the entry and the hop from it to the service with the bug.
    private const int HopsToBug = 2;
    private const int HealthyBefore = 2;
    private const int HealthyAfter = 1;
    private const int Parallel = 6;
    private const int ParallelAgain = 2;
    private const int Rounds = 6;
    private static readonly TimeSpan SealLimit = TimeSpan.FromSeconds(25);

    private readonly Bug[] _bugs = [.. checkedBugs.Select(one => one.Bug)];

    /// <summary>Requests that had to be sent again, since Loop did not have all their hops: on a busy machine an Envoy may give its collector up for a moment.</summary>
    public int SentAgain { get; private set; }

    /// <summary>Entry target of a failing request → its conversation, complete and sealed.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Record(LoopProcess loop, CancellationToken cancellationToken)
    {
        await using Owned owned = new();
        (int entry, IReadOnlyList<EnvoyProcess> envoys) = await StartStack(owned, loop.CapturePort, cancellationToken);
        string[] wanted = [.. Failing().Select(planned => planned.Target)];
        Dictionary<string, string> recorded = [];
        for (int round = 0; round < Rounds; round++)
        {
            string[] missing = [.. wanted.Except(recorded.Keys)];
            if (round > 0)
                SentAgain += missing.Length;
            await Mesh.AllCapture(envoys, time, cancellationToken);
            await Send(entry, missing, round == 0 ? Parallel : ParallelAgain, cancellationToken);
            await AwaitSealed(loop, missing, recorded, cancellationToken);
            if (recorded.Count == wanted.Length)
                return recorded;
        }

        // A replay of half a recording proves nothing about verdicts.
        foreach (string[] words in new string[][] { ["status"], ["list"], ["show", (await loop.Control.ListAsync(cancellationToken)).FirstOrDefault(found => wanted.Contains(found.Path))?.Id ?? "none"] })
        {
            (int _, string output, string errors) = await Command.Try([loop.Loopctl, .. words], new Dictionary<string, string> { ["LOOP_URL"] = loop.Http.ToString() }, cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(place.Logs, $"loopctl-{words[0]}.txt"), output + errors, cancellationToken);
        }

        IReadOnlyList<ListedConversation> listed = await loop.Control.ListAsync(cancellationToken);
        IEnumerable<string> missed = wanted.Except(recorded.Keys).Select(target =>
            $"{target} ({HopsOf(target)} hops; Loop has {string.Join(", ", listed.Where(found => found.Path == target).Select(found => $"{found.Hops} {found.State}").DefaultIfEmpty("nothing"))})");
        throw new BenchException($"Loop did not record all hops, in {Rounds} rounds, of {string.Join("; ", missed)}");
    }

    /// <summary>The target of a failing request that carries more than is kept.</summary>
    public static string PaddedTarget(Bug bug) => bug.Failing.Target + "?padded=1";

    private async Task<(int Entry, IReadOnlyList<EnvoyProcess> Envoys)> StartStack(Owned owned, int capturePort, CancellationToken cancellationToken)
    {
        string[] languages = [.. _bugs.Select(bug => bug.Language).Distinct()];
        string[] services = [Services.Front, .. languages.Select(language => $"{language}-core")];
        string[] all = [.. services, .. HealthyServices.Names];
        int[] free = FreePorts.Take((all.Length * 3) + 1);
        Dictionary<string, int> ports = all.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => free[pair.index * 3]);
        Dictionary<string, int> inbound = all.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => free[(pair.index * 3) + 1]);
        Dictionary<string, int> outbound = all.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => free[(pair.index * 3) + 2]);
        foreach (string name in HealthyServices.Names)
            ports[name] = free[^1];
        foreach (string language in languages)
            await File.WriteAllTextAsync(Path.Combine(place.Of(language), "production.json"), Build.Buggy.ToJson(), cancellationToken);
        owned.Add(await HealthyServices.Start(free[^1], _bugs, time, cancellationToken));
        Rows rows = await Rows.Start(owned, _bugs, place, time, cancellationToken);
        IReadOnlyList<EnvoyProcess> envoys = await Mesh.Start(owned, place.Root, ports, inbound, outbound, capturePort, time, cancellationToken);
        ServicesPlan plan = new() { Languages = languages, Ports = ports, Outbound = outbound, Postgres = rows.Postgres, Redis = rows.Redis };
        await Services.Start(owned, place, plan, time, cancellationToken);
        return (inbound[Services.Front], envoys);
    }

    private IEnumerable<Planned> Failing() =>
    [
        .. _bugs.Select(bug => new Planned(bug.Failing, bug.Failing.Target, true, 0)),
        .. _bugs.Where(bug => bug.Broken is BrokenHow.TruncatedInput).Select(bug => new Planned(bug.Failing, PaddedTarget(bug), true, PaddingBytes)),
    ];

    // The order is mixed but always the same one; neighbours run at the same time.
    private async Task Send(int entry, string[] targets, int parallel, CancellationToken cancellationToken)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(60) };
        Planned[] healthy = [.. _bugs.Select(bug => new Planned(bug.Healthy, bug.Healthy.Target, false, 0))];
        Planned[] mixed = [.. Failing().Where(planned => targets.Contains(planned.Target)), .. healthy];
        new Random(7).Shuffle(mixed);
        Planned[] all = [.. Enumerable.Repeat(healthy, HealthyBefore).SelectMany(part => part), .. mixed, .. Enumerable.Repeat(healthy, HealthyAfter).SelectMany(part => part)];
        await System.Threading.Tasks.Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken }, async (planned, cancellation) =>
        {
            using HttpRequestMessage request = planned.Request.ToMessage(new Uri($"http://127.0.0.1:{entry}{planned.Target}"), planned.Padding);
            using HttpResponseMessage response = await client.SendAsync(request, cancellation);
            if (response.StatusCode != (planned.Fails ? HttpStatusCode.BadGateway : HttpStatusCode.OK))
                throw new BenchException($"the bench is broken: {planned.Target} answered {(int)response.StatusCode} through the proxies: {await response.Content.ReadAsStringAsync(cancellation)}");
        });
    }

    // Adds what is sealed with all its hops; what comes late may complete a sealed one.
    private async Task AwaitSealed(LoopProcess loop, string[] targets, Dictionary<string, string> recorded, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (targets.Any(target => !recorded.ContainsKey(target)) && time.GetElapsedTime(started) < SealLimit)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            foreach (ListedConversation conversation in (await loop.Control.ListAsync(cancellationToken)).Where(found => found.IsSealed && found.Path is { } path && targets.Contains(path)))
            {
                if (conversation.Hops == HopsOf(conversation.Path!))
                    recorded[conversation.Path!] = conversation.Id;
            }
        }
    }

    private int HopsOf(string target) => HopsToBug + checkedBugs.First(one => target == one.Bug.Failing.Target || target == PaddedTarget(one.Bug)).Calls;

    private sealed record Planned(BugRequest Request, string Target, bool Fails, int Padding);
}
