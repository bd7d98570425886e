using Loop.Samples.Shop.Traffic;

namespace Loop.Samples.Demo;

/// <summary>What Loop must have kept after the traffic: the failing requests with all their hops, and nothing else.</summary>
public sealed class ExpectedConversations(IEnumerable<PlannedRequest> sent)
{
    private readonly string[] _expected = [.. sent.Where(request => request.Fails).Select(request => Line(request.Path, request.Hops)).Order()];

    /// <summary>How many.</summary>
    public int Count => _expected.Length;

    /// <summary>True when the list is exactly what is expected and nothing of it will change.</summary>
    public bool AreAll(IReadOnlyList<ListedConversation> listed) => listed.All(c => c.IsSealed) && Lines(listed).SequenceEqual(_expected);

    /// <summary>What differs, for the message of a failing demo.</summary>
    public string Difference(IReadOnlyList<ListedConversation> listed) =>
        $"expected [{string.Join(", ", _expected)}], listed [{string.Join(", ", Lines(listed))}], not sealed: {listed.Count(c => !c.IsSealed)}";

    private static IEnumerable<string> Lines(IReadOnlyList<ListedConversation> listed) => listed.Select(c => Line(c.Path ?? "?", c.Hops)).Order();

    private static string Line(string path, int hops) => $"{path} with {hops} hops";
}
