using BenchmarkDotNet.Attributes;
using Loop.Store.Core.Conversations.Tree;

namespace Loop.Benchmarks;

/// <summary>The hops of a conversation from its recorded exchanges.</summary>
public class TreeBenchmarks
{
    private IReadOnlyList<RecordedExchange> _recorded = [];

    /// <summary>A chain of so many calls.</summary>
    [Params(3, 30)]
    public int Hops { get; set; }

    [GlobalSetup]
    public void Check()
    {
        _recorded = [.. Sample.Conversation(Hops, bodyBytes: 64).Select(exchange => new RecordedExchange(exchange.Head, Late: false))];
        ConversationTree tree = Build();
        if (tree.Hops.Count != Hops || tree.Hops.Skip(1).Any(hop => hop.JoinedBy != "span"))
            throw new InvalidOperationException($"{tree.Hops.Count} hops instead of {Hops}, joined by {string.Join(", ", tree.Hops.Select(hop => hop.JoinedBy).Distinct())}.");
    }

    [Benchmark]
    public ConversationTree Build() => ConversationTree.Build(_recorded);
}
