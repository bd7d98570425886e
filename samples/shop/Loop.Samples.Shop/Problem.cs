using System.Text.Json;

namespace Loop.Samples.Shop;

/// <summary>What a service answers when it cannot do what was asked. No ids and no times: the same failure is the same body.</summary>
/// <param name="Type">Kind of failure.</param>
/// <param name="Title">In words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What exactly.</param>
public sealed record Problem(string Type, string Title, int Status, string Detail)
{
    /// <summary>As an answer.</summary>
    public IResult ToResult() => Results.Json(this, ShopJson.Options, "application/problem+json", Status);
}

/// <summary>How the shop writes JSON.</summary>
internal static class ShopJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
}
