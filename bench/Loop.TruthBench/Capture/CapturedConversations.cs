using System.Net;
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
    private static readonly TimeSpan SealLimit = TimeSpan.FromMinutes(2);

    private readonly Bug[] _bugs = [.. checkedBugs.Select(one => one.Bug)];

    /// <summary>Entry target of a failing request → its conversation.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Record(LoopProcess loop, CancellationToken cancellationToken)
    {
        await using Owned owned = new();
        int entry = await StartStack(owned, loop.CapturePort, cancellationToken);
        string[] failing = await Send(entry, cancellationToken);
        return await Sealed(loop, failing, cancellationToken);
    }

    /// <summary>The target of a failing request that carries more than is kept.</summary>
    public static string PaddedTarget(Bug bug) => bug.Failing.Target + "?padded=1";

    private async Task<int> StartStack(Owned owned, int capturePort, CancellationToken cancellationToken)
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
        await Mesh.Start(owned, place.Root, ports, inbound, outbound, capturePort, time, cancellationToken);
        ServicesPlan plan = new() { Languages = languages, Ports = ports, Outbound = outbound, Postgres = rows.Postgres, Redis = rows.Redis };
        await Services.Start(owned, place, plan, time, cancellationToken);
        return inbound[Services.Front];
    }

    // The order is mixed but always the same one; neighbours run at the same time.
    private async Task<string[]> Send(int entry, CancellationToken cancellationToken)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(60) };
        Planned[] failing = [.. _bugs.Select(bug => new Planned(bug.Failing, bug.Failing.Target, true, 0)), .. _bugs.Where(bug => bug.Broken is BrokenHow.TruncatedInput).Select(bug => new Planned(bug.Failing, PaddedTarget(bug), true, PaddingBytes))];
        Planned[] healthy = [.. _bugs.Select(bug => new Planned(bug.Healthy, bug.Healthy.Target, false, 0))];
        List<Planned> all = [.. Enumerable.Repeat(healthy, HealthyBefore).SelectMany(part => part)];
        Planned[] mixed = [.. failing, .. healthy];
        new Random(7).Shuffle(mixed);
        all.AddRange(mixed);
        all.AddRange(Enumerable.Repeat(healthy, HealthyAfter).SelectMany(part => part));
        await System.Threading.Tasks.Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (planned, cancellation) =>
        {
            using HttpRequestMessage request = planned.Request.ToMessage(new Uri($"http://127.0.0.1:{entry}{planned.Target}"), planned.Padding);
            using HttpResponseMessage response = await client.SendAsync(request, cancellation);
            if (response.StatusCode != (planned.Fails ? HttpStatusCode.BadGateway : HttpStatusCode.OK))
                throw new BenchException($"the bench is broken: {planned.Target} answered {(int)response.StatusCode} through the proxies: {await response.Content.ReadAsStringAsync(cancellation)}");
        });
        return [.. failing.Select(planned => planned.Target)];
    }

    private async Task<IReadOnlyDictionary<string, string>> Sealed(LoopProcess loop, string[] failing, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            ListedConversation[] found = [.. (await loop.Control.ListAsync(cancellationToken)).Where(conversation => failing.Contains(conversation.Path))];
            if (found.Length == failing.Length && found.All(conversation => conversation.IsSealed))
            {
                DemandAllHops(found);
                return found.ToDictionary(conversation => conversation.Path!, conversation => conversation.Id);
            }

            if (time.GetElapsedTime(started) > SealLimit)
                throw new BenchException($"Loop sealed {found.Count(conversation => conversation.IsSealed)} of {failing.Length} failing conversations; missing: {string.Join(", ", failing.Except(found.Where(c => c.IsSealed).Select(c => c.Path)))}");
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
        }
    }

    // A replay of half a recording proves nothing about verdicts.
    private void DemandAllHops(IEnumerable<ListedConversation> found)
    {
        foreach (ListedConversation conversation in found)
        {
            int hops = HopsToBug + checkedBugs.First(one => conversation.Path == one.Bug.Failing.Target || conversation.Path == PaddedTarget(one.Bug)).Calls;
            if (conversation.Hops != hops)
                throw new BenchException($"Loop recorded {conversation.Hops} of the {hops} hops of {conversation.Path}");
        }
    }

    private sealed record Planned(BugRequest Request, string Target, bool Fails, int Padding);
}
