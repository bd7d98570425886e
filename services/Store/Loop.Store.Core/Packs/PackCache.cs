using System.Collections.Immutable;
using Loop.Store.Core.Blobs;

namespace Loop.Store.Core.Packs;

/// <summary>A segment of a pack as it was found: its index, or what is wrong with it.</summary>
internal sealed record PackSegment(SegmentIndex? Index, BlobDamagedException? Damage);

/// <summary>
/// Indexes of the packs used last, so that a write or a body does not read every segment again (a conversation may have a thousand).
/// Set only behind the owner's gate; segments are immutable and one process owns the blobs, so that an entry stays right.
/// </summary>
internal sealed class PackCache
{
    private const int MaxOwners = 128;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Owner, ImmutableSortedDictionary<int, PackSegment> Pack)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Owner, ImmutableSortedDictionary<int, PackSegment> Pack)> _newestFirst = new();

    /// <summary>The pack; null when it is not remembered.</summary>
    public ImmutableSortedDictionary<int, PackSegment>? Find(string owner)
    {
        lock (_lock)
        {
            if (!_nodes.TryGetValue(owner, out LinkedListNode<(string Owner, ImmutableSortedDictionary<int, PackSegment> Pack)>? node))
                return null;
            _newestFirst.Remove(node);
            _newestFirst.AddFirst(node);
            return node.Value.Pack;
        }
    }

    /// <summary>Remembers the pack as it is now.</summary>
    public void Set(string owner, ImmutableSortedDictionary<int, PackSegment> pack)
    {
        lock (_lock)
        {
            if (_nodes.Remove(owner, out LinkedListNode<(string Owner, ImmutableSortedDictionary<int, PackSegment> Pack)>? old))
                _newestFirst.Remove(old);
            _nodes[owner] = _newestFirst.AddFirst((owner, pack));
            if (_nodes.Count <= MaxOwners)
                return;
            _nodes.Remove(_newestFirst.Last!.Value.Owner);
            _newestFirst.RemoveLast();
        }
    }

    /// <summary>Forgets the pack: a write or a sweep of it failed half-way, what is there must be read again.</summary>
    public void Forget(string owner)
    {
        lock (_lock)
        {
            if (_nodes.Remove(owner, out LinkedListNode<(string Owner, ImmutableSortedDictionary<int, PackSegment> Pack)>? old))
                _newestFirst.Remove(old);
        }
    }
}
