using System.Text.Json;
using Loop.TruthBench.Bugs;

namespace Loop.TruthBench.Builds;

/// <summary>A build of a service with a bug, as its file says it. The file is what the sandbox hashes: another build is another file.</summary>
/// <param name="Variant"><c>buggy</c>, <c>fixed</c> or <c>decoy</c>.</param>
/// <param name="Mutation">What was changed beside; <c>none</c> for nothing.</param>
/// <param name="Answer">What a build answers that makes no calls at all; null for others.</param>
/// <param name="Only">The request that meets what was changed; null for all. Healthy requests pass in every build, or the sandbox would seem broken.</param>
internal sealed record Build(string Variant, string Mutation = "none", string? Answer = null, string? Only = null)
{
    public static Build Buggy { get; } = new("buggy");

    public static Build Fixed { get; } = new("fixed");

    public static Build DecoyOf(Bug bug) => new("decoy", Only: bug.Failing.Target);

    public string Name => Mutation == "none" ? Variant : $"{Variant}+{Mutation}";

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
