using System.Net.Http.Headers;
using Loop.TruthBench.Bugs;
using Loop.TruthBench.Builds;
using Loop.TruthBench.Stack;

namespace Loop.TruthBench.Checking;

/// <summary>
/// Proves without Loop, with real dependencies and over plain HTTP, that each bug is one: the buggy build fails, the fixed one does not, the decoy
/// fails otherwise, and each mutant is neither. When that does not hold, the bench is broken and must not go on.
/// </summary>
internal sealed class Checker(IReadOnlyDictionary<string, int> ports, HealthyServices healthy) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(60) };
    private int _count;

    /// <summary>Checks one bug and says what its builds do.</summary>
    /// <param name="bug">The bug.</param>
    /// <param name="place">Its place in the list, which chooses its mutants.</param>
    /// <param name="negativesMax">Mutants wanted.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="BenchException">A build does not do what its name says.</exception>
    public async Task<CheckedBug> Check(Bug bug, int place, int negativesMax, CancellationToken cancellationToken)
    {
        Outcome buggy = await Ask(bug, bug.Failing, Build.Buggy, cancellationToken);
        Outcome passed = await Ask(bug, bug.Failing, Build.Fixed, cancellationToken);
        Outcome decoy = await Ask(bug, bug.Failing, Build.DecoyOf(bug), cancellationToken);
        Demand(buggy is { End: "whole", Status: 500, MediaType: "application/problem+json" }, bug, "the buggy build must fail with a problem", buggy);
        Demand(buggy.IsSame(await Ask(bug, bug.Failing, Build.Buggy, cancellationToken)), bug, "the buggy build must fail the same way twice", buggy);
        Demand(passed.IsHealthy, bug, "the fixed build must pass", passed);
        Demand(passed.Calls.SequenceEqual(buggy.Calls), bug, $"the fixed build must call as the buggy one does ({string.Join(", ", buggy.Calls)})", passed);
        Demand(decoy.End == buggy.End && decoy.Status == buggy.Status && decoy.Body != buggy.Body, bug, $"the decoy must fail with the same status for another cause than {buggy}", decoy);
        foreach (Build build in new[] { Build.Buggy, Build.Fixed, Build.DecoyOf(bug) })
        {
            Outcome good = await Ask(bug, bug.Healthy, build, cancellationToken);
            Demand(good.IsHealthy, bug, $"a healthy request must pass in the {build.Name} build", good);
        }

        return await Mutate(bug, place, negativesMax, buggy, passed, cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private static void Demand(bool holds, Bug bug, string rule, Outcome outcome)
    {
        if (!holds)
            throw new BenchException($"the bench is broken: {bug.Id}: {rule}; it did: {outcome}");
    }

    // A mutant that nobody could tell from the bug, or from the fix, is no negative: it is counted and left out.
    private async Task<CheckedBug> Mutate(Bug bug, int place, int negativesMax, Outcome buggy, Outcome passed, CancellationToken cancellationToken)
    {
        List<Build> negatives = [];
        List<string> equivalent = [];
        foreach (MutationOperator mutation in MutationOperator.Dealt(bug, place))
        {
            if (negatives.Count == negativesMax)
                break;
            Build build = mutation.Build(bug, buggy.Body);
            Outcome outcome = await Ask(bug, bug.Failing, build, cancellationToken);
            Outcome good = await Ask(bug, bug.Healthy, build, cancellationToken);
            Demand(good.IsHealthy, bug, $"a healthy request must pass in the {build.Name} build", good);
            if (outcome.IsSame(buggy) || outcome.IsSame(passed))
                equivalent.Add(build.Name);
            else
                negatives.Add(build);
        }

        return new CheckedBug(bug, buggy.Calls.Count, negatives, equivalent);
    }

    private async Task<Outcome> Ask(Bug bug, BugRequest asked, Build build, CancellationToken cancellationToken)
    {
        string id = $"check-{Interlocked.Increment(ref _count)}";
        using HttpRequestMessage request = asked.ToMessage(new Uri($"http://127.0.0.1:{ports[bug.Core]}{asked.Target}"));
        request.Headers.Host = bug.Core;
        request.Headers.Add("x-request-id", id);
        request.Headers.Add("x-truth-build", Uri.EscapeDataString(build.ToJson()));
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            (bool whole, string body) = await Body(response, cancellationToken);
            return new Outcome(whole ? "whole" : "cut", (int)response.StatusCode, MediaType(response.Content.Headers.ContentType), body, Calls(bug, id));
        }
        catch (HttpRequestException)
        {
            return new Outcome("reset", null, "", "", Calls(bug, id));
        }
    }

    // Of calls that are under way together nobody can say which came first.
    private IReadOnlyList<string> Calls(Bug bug, string id) => bug.Overlaps ? [.. healthy.CallsOf(id).Order(StringComparer.Ordinal)] : healthy.CallsOf(id);

    private static async Task<(bool Whole, string Body)> Body(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return (true, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (false, "");
        }
    }

    private static string MediaType(MediaTypeHeaderValue? type) => type?.MediaType ?? "";
}

/// <summary>A bug that was proved to be one.</summary>
/// <param name="Bug">The bug.</param>
/// <param name="Calls">Calls that its service makes before it fails.</param>
/// <param name="Negatives">Mutants that are neither the bug nor the fix.</param>
/// <param name="Equivalent">Mutants that could not be told from one of them.</param>
internal sealed record CheckedBug(Bug Bug, int Calls, IReadOnlyList<Build> Negatives, IReadOnlyList<string> Equivalent);
