using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Loop.TruthBench.Csharp;

/// <summary>Which of the builds of a bug this is.</summary>
/// <param name="Variant"><c>buggy</c>, <c>fixed</c> or <c>decoy</c>.</param>
/// <param name="Mutation">What was changed beside; <c>none</c> for nothing.</param>
/// <param name="Answer">The answer that a build gives which makes no calls at all.</param>
/// <param name="Only">The request that meets what was changed; every other one is served as in the build without the change. Null for all.</param>
internal sealed record Build(string Variant, string Mutation, string? Answer, string? Only)
{
    public bool IsFixed => Variant is "fixed";

    public bool IsDecoy => Variant is "decoy";

    public static Build Of(HttpRequest request)
    {
        string text = Settings.MaySwitch && request.Headers.TryGetValue("x-truth-build", out var chosen)
            ? Uri.UnescapeDataString(chosen.ToString())
            : File.ReadAllText(Settings.BuildFile);
        Build build = JsonSerializer.Deserialize<Build>(text, JsonSerializerOptions.Web)!;
        return build.Only is null || build.Only == request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget
            ? build
            : build with { Variant = build.IsDecoy ? "fixed" : build.Variant, Mutation = "none" };
    }
}
