using System.Globalization;
using Loop.Contracts;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Requests;

/// <summary>The fresh names under which a replay travels.</summary>
/// <param name="ReplayId">Twelve symbols of <see cref="Base32"/>.</param>
/// <param name="TraceId">32 lower-case hex digits, not all zero.</param>
/// <param name="SpanId">16 lower-case hex digits, not all zero.</param>
/// <param name="RequestId">A version 4 UUID.</param>
public sealed record ReplayIds(string ReplayId, string TraceId, string SpanId, string RequestId)
{
    /// <summary>The keys that every capture node must know before the first byte.</summary>
    public IReadOnlyList<TraceKey> Keys => [TraceKey.FromTraceId(TraceId)!.Value, TraceKey.FromRequestId(RequestId)!.Value];

    /// <summary>Value of a sampled W3C <c>traceparent</c>.</summary>
    public string TraceParent => string.Create(CultureInfo.InvariantCulture, $"00-{TraceId}-{SpanId}-01");

    /// <summary>Builds the ids from 48 random bytes.</summary>
    public static ReplayIds From(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(random.Length, ByteCount);
        Span<byte> bytes = stackalloc byte[ByteCount];
        random[..ByteCount].CopyTo(bytes);
        // An all-zero trace or span id is invalid (W3C Trace Context §3.2.2): the last bit is worth less than the rule.
        bytes[15] |= 1;
        bytes[23] |= 1;
        bytes[30] = (byte)((bytes[30] & 0x0f) | 0x40);
        bytes[32] = (byte)((bytes[32] & 0x3f) | 0x80);
        return new ReplayIds(
            Base32.Encode(bytes[40..48], 12),
            Convert.ToHexStringLower(bytes[..16]),
            Convert.ToHexStringLower(bytes[16..24]),
            new Guid(bytes[24..40], bigEndian: true).ToString("D"));
    }

    /// <summary>The ids of a replay that goes on under the keys it was given first.</summary>
    /// <param name="replayId">The replay.</param>
    /// <param name="keys">Its <see cref="Keys"/>.</param>
    /// <param name="fresh">Gives what keys do not hold.</param>
    public static ReplayIds Again(string replayId, IReadOnlyList<TraceKey> keys, ReplayIds fresh)
    {
        ArgumentNullException.ThrowIfNull(fresh);
        return fresh with
        {
            ReplayId = replayId,
            TraceId = keys.First(key => key.Kind is TraceKeyKind.Trace).Value,
            RequestId = keys.First(key => key.Kind is TraceKeyKind.Request).Value,
        };
    }

    /// <summary>Random bytes that <see cref="From"/> takes.</summary>
    public const int ByteCount = 48;
}

/// <summary>Where fresh ids come from: a seam, so that tests repeat.</summary>
public interface IReplayIdSource
{
    /// <summary>Ids that were never given before.</summary>
    ReplayIds Next();
}
