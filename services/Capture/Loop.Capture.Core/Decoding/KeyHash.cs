using System.IO.Hashing;
using System.Runtime.InteropServices;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>The 64-bit hash by which the ring's index and its journal know a trace key. Never leaves the process.</summary>
public static class KeyHash
{
    // Kind and value are hashed apart from each other: a request id may look like a trace id.
    private const long TraceSeed = 0x7472_6163_65;
    private const long RequestSeed = 0x7265_7175_6573_74;

    /// <summary>The hash of a key.</summary>
    public static ulong Of(TraceKey key) => Of(key.Kind, key.Value);

    /// <summary>The hash of the key with that normalised value.</summary>
    internal static ulong Of(TraceKeyKind kind, ReadOnlySpan<char> value) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(value), kind == TraceKeyKind.Trace ? TraceSeed : RequestSeed);
}
