using System.Collections.Concurrent;

namespace Loop.Store.Recovery;

/// <summary>Whether the store serves, and what is wrong with it.</summary>
public sealed class StoreReadiness
{
    private readonly ConcurrentQueue<string> _problems = new();
    private string? _appendFault;

    /// <summary>True once the index is caught up and every unsealed conversation is awake.</summary>
    public bool IsReady { get; internal set; }

    /// <summary>What was found damaged at the start, with a remedy.</summary>
    public IReadOnlyList<string> Problems => [.. _problems];

    /// <summary>Why the last append failed; null when it was written. The next one that is written clears it.</summary>
    public string? AppendFault => Volatile.Read(ref _appendFault);

    internal void OnAppended() => Volatile.Write(ref _appendFault, null);

    internal void OnAppendFailed(string fault) => Volatile.Write(ref _appendFault, fault);

    internal void Add(string problem) => _problems.Enqueue(problem);
}
