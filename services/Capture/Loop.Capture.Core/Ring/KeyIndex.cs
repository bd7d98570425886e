namespace Loop.Capture.Core.Ring;

/// <summary>
/// From the hash of a trace key to the records that carry it, unfinished ones included. One short lock guards it, every change of a record's state, and the
/// watches: that is what makes a collection one atomic step. Free of garbage once it has grown.
/// </summary>
internal sealed class KeyIndex
{
    private readonly Dictionary<ulong, int> _heads = [];
    private Node[] _nodes = new Node[1024];
    private int _free = -1;
    private int _used;

    public Lock Gate { get; } = new();

    /// <summary>Told of changes, under the gate.</summary>
    public IIndexObserver? Observer { get; set; }

    /// <summary>Enters a record under the hashes that it does not have yet.</summary>
    public void AddKeys(RingRecord record, ReadOnlySpan<ulong> hashes)
    {
        lock (Gate)
        {
            bool added = false;
            foreach (ulong hash in hashes)
            {
                ReadOnlySpan<ulong> known = record.Keys;
                if (record.KeyCount == KeyHashes.Capacity || known[..record.KeyCount].Contains(hash))
                    continue;
                record.Nodes[record.KeyCount] = Insert(hash, record);
                record.Keys[record.KeyCount++] = hash;
                added = true;
            }

            if (added)
                Observer?.OnKeysAdded(record);
        }
    }

    /// <summary>Enters a record that was never open: an access-log entry.</summary>
    public void AddComplete(RingRecord record, ReadOnlySpan<ulong> hashes)
    {
        lock (Gate)
        {
            record.State = RecordState.Complete;
            AddKeys(record, hashes);
        }
    }

    /// <summary>Changes a record's state.</summary>
    public void SetState(RingRecord record, RecordState state)
    {
        lock (Gate)
        {
            record.State = state;
            if (state is RecordState.Complete)
                Observer?.OnCompleted(record);
        }
    }

    /// <summary>Takes a record out, so that nobody finds it any more.</summary>
    public void Remove(RingRecord record)
    {
        lock (Gate)
        {
            bool wasUnfinished = record.State is not RecordState.Complete;
            record.State = RecordState.Gone;
            for (int key = 0; key < record.KeyCount; key++)
                Delete(record.Nodes[key], record.Keys[key]);
            if (wasUnfinished)
                Observer?.OnDropped(record);
        }
    }

    /// <summary>A reference to a record that was seen with this sequence; false when it is not in the ring any more.</summary>
    public bool TryLease(RingRecord record, long sequence)
    {
        lock (Gate)
        {
            if (record.Sequence != sequence || record.State is RecordState.Gone)
                return false;
            record.AddReference();
            return true;
        }
    }

    /// <summary>The records of a key, youngest first. Only under the gate.</summary>
    public Matches Find(ulong hash) => new(this, _heads.TryGetValue(hash, out int head) ? head : -1);

    private int Insert(ulong hash, RingRecord record)
    {
        int node = _free;
        if (node >= 0)
        {
            _free = _nodes[node].Next;
        }
        else
        {
            if (_used == _nodes.Length)
                Array.Resize(ref _nodes, _used * 2);
            node = _used++;
        }

        int next = _heads.TryGetValue(hash, out int head) ? head : -1;
        _nodes[node] = new Node(record, next, Previous: -1);
        if (next >= 0)
            _nodes[next].Previous = node;
        _heads[hash] = node;
        return node;
    }

    private void Delete(int node, ulong hash)
    {
        (_, int next, int previous) = _nodes[node];
        if (next >= 0)
            _nodes[next].Previous = previous;
        if (previous >= 0)
            _nodes[previous].Next = next;
        else if (next >= 0)
            _heads[hash] = next;
        else
            _heads.Remove(hash);
        _nodes[node] = new Node(null, _free, -1);
        _free = node;
    }

    private record struct Node(RingRecord? Record, int Next, int Previous);

    /// <summary>Enumerates the records of one key.</summary>
    public struct Matches(KeyIndex index, int node)
    {
        private int _next = node;

        public RingRecord Current { get; private set; } = null!;

        public readonly Matches GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next < 0)
                return false;
            ref readonly Node found = ref index._nodes[_next];
            Current = found.Record!;
            _next = found.Next;
            return true;
        }
    }
}
