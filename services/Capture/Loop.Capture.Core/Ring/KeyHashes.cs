using System.Runtime.CompilerServices;

namespace Loop.Capture.Core.Ring;

/// <summary>The hashes of a record's trace keys. Eight are more than the known kinds of headers can carry: W3C, B3 twice, request id, side stream.</summary>
[InlineArray(Capacity)]
internal struct KeyHashes
{
    public const int Capacity = 8;
    private ulong _first;
}

/// <summary>The places of a record in the index, one per key.</summary>
[InlineArray(KeyHashes.Capacity)]
internal struct KeyNodes
{
    private int _first;
}
