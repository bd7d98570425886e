using System.Collections.Concurrent;
using Loop.Store.Core.Faults;

namespace Loop.Store.Recovery;

/// <summary>Whether the store serves, and what is wrong with it.</summary>
public sealed class StoreReadiness(TimeProvider time)
{
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly ConcurrentDictionary<string, string> _unwritable = new(StringComparer.Ordinal);

    /// <summary>True once the index is caught up and every unsealed conversation is awake.</summary>
    public bool IsReady { get; internal set; }

    /// <summary>False while the last write of events, packs or the index failed: nothing new can be kept.</summary>
    public bool IsWritable => _unwritable.IsEmpty;

    /// <summary>What was found damaged at the start, and what cannot be written now, with a remedy.</summary>
    public IReadOnlyList<string> Problems => [.. _problems, .. _unwritable.Values.Order(StringComparer.Ordinal)];

    internal void Add(string problem) => _problems.Enqueue(problem);

    /// <summary>Runs a write and remembers how it went. Nodes repeat what could not be kept, so that the state mends itself once there is room again.</summary>
    internal async Task<T> Watch<T>(string part, Func<Task<T>> write)
    {
        try
        {
            T result = await write();
            Succeeded(part);
            return result;
        }
        catch (StoreException fault)
        {
            Failed(part, fault);
            throw;
        }
    }

    /// <summary>A part could not be written.</summary>
    internal void Failed(string part, Exception fault) => _unwritable.TryAdd(
        part, $"The store cannot write {part} since {time.GetUtcNow():u}: {fault.Message} What is not kept yet stays in the rings of the capture nodes, which try again.");

    /// <summary>A part was written.</summary>
    internal void Succeeded(string part)
    {
        if (!_unwritable.IsEmpty)
            _unwritable.TryRemove(part, out _);
    }
}
