using Google.Protobuf.WellKnownTypes;
using Loop.Protocols.Exchanges.V1;

namespace Loop.Store.Core.Packs.Heads;

/// <summary>Times as ticks of 100 ns, which is what an exchange's are.</summary>
internal static class HeadTimes
{
    /// <summary>Since the year 1.</summary>
    public static long Of(Timestamp time) => time.ToDateTimeOffset().Ticks;

    /// <summary>Since the year 1; null for none.</summary>
    public static long? OfOptional(Timestamp? time) => time?.ToDateTimeOffset().Ticks;

    /// <summary>Its length; null for none.</summary>
    public static long? Of(Duration? duration) => duration?.ToTimeSpan().Ticks;

    /// <summary>The time.</summary>
    public static Timestamp Stamp(long ticks) => new DateTimeOffset(ticks, TimeSpan.Zero).ToTimestamp();

    /// <summary>The duration, or none.</summary>
    public static Duration? Span(long? ticks) => ticks is { } length ? TimeSpan.FromTicks(length).ToDuration() : null;

    /// <summary>When an exchange was over, else when it began.</summary>
    public static long EndOf(ExchangeHead head) => unchecked(Of(head.StartedAt) + (Of(head.Duration) ?? 0));
}
