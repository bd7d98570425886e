using System.Collections.Concurrent;

namespace Loop.Store.Recovery;

/// <summary>Whether the store serves, and what is wrong with it.</summary>
public sealed class StoreReadiness
{
    private readonly ConcurrentQueue<string> _problems = new();

    /// <summary>True once the index is caught up and every unsealed conversation is awake.</summary>
    public bool IsReady { get; internal set; }

    /// <summary>What was found damaged at the start, with a remedy.</summary>
    public IReadOnlyList<string> Problems => [.. _problems];

    internal void Add(string problem) => _problems.Enqueue(problem);
}
