namespace Loop.Samples.Shop.Traffic;

/// <summary>A request that a customer sends, and what comes of it while the bugs are in.</summary>
/// <param name="Path">Path at the entry.</param>
/// <param name="Body">JSON; null makes it a GET.</param>
/// <param name="Fails">True when it meets a bug.</param>
/// <param name="Hops">Calls that it makes of the mesh, the entry included.</param>
public sealed record PlannedRequest(string Path, string? Body, bool Fails, int Hops)
{
    private static readonly PlannedRequest[] Healthy =
    [
        new("/products", null, false, 1),
        new("/suggestions", """{"customer":"ada","products":["tea"]}""", false, 3),
        new("/checkout", """{"customer":"ada","currency":"EUR","lines":[{"product":"tea","price":"12.50","quantity":2}]}""", false, 2),
        new("/suggestions", """{"customer":"lin","products":["kettle"]}""", false, 3),
        new("/checkout", """{"customer":"lin","currency":"USD","lines":[{"product":"mug","price":"7.25","quantity":1}]}""", false, 2),
    ];

    private static readonly PlannedRequest[] Failing =
    [
        new("/checkout", """{"customer":"yuki","currency":"JPY","lines":[{"product":"kettle","price":"4200","quantity":1}]}""", true, 2),
        new("/suggestions", """{"customer":"grace","products":["tent"]}""", true, 3),
    ];

    // One in so many meets a bug; the first after a few healthy ones.
    private const int FailingEvery = 20;

    /// <summary>The same requests in the same order for the same count.</summary>
    public static IReadOnlyList<PlannedRequest> Plan(int count) =>
        [.. Enumerable.Range(1, count).Select(i => i % FailingEvery == 0 ? Failing[(i / FailingEvery) % Failing.Length] : Healthy[i % Healthy.Length])];
}
