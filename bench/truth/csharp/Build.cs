using System.Text.Json;

namespace Loop.TruthBench.Csharp;

/// <summary>Which of the builds of a bug this is.</summary>
/// <param name="Variant"><c>buggy</c>, <c>fixed</c> or <c>decoy</c>.</param>
/// <param name="Mutation">What was changed beside; <c>none</c> for nothing.</param>
/// <param name="Answer">The answer that a build gives which makes no calls at all.</param>
internal sealed record Build(string Variant, string Mutation, string? Answer)
{
    public bool IsFixed => Variant is "fixed";

    public bool IsDecoy => Variant is "decoy";

    public static Build Of(HttpRequest request)
    {
        string text = Settings.MaySwitch && request.Headers.TryGetValue("x-truth-build", out var chosen)
            ? Uri.UnescapeDataString(chosen.ToString())
            : File.ReadAllText(Settings.BuildFile);
        return JsonSerializer.Deserialize<Build>(text, JsonSerializerOptions.Web)!;
    }
}
