namespace Loop.Store.Core.Conversations;

/// <summary>Limits of one conversation (design: generations and caps). An outage must not become an endless recording.</summary>
public sealed record ConversationLimits
{
    /// <summary>The defaults.</summary>
    public static readonly ConversationLimits Default = new();

    /// <summary>Most exchanges; further ones are counted.</summary>
    public int Exchanges { get; init; } = 1_000;

    /// <summary>Most bytes of the pack; further exchanges are counted.</summary>
    public long PackBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Most names: the closure stops growing here, since a key that everything shares would pull in everything.</summary>
    public int Keys { get; init; } = 64;

    /// <summary>Most further triggers that are recorded.</summary>
    public int FurtherTriggers { get; init; } = 16;

    /// <summary>Most values that can be called wrong.</summary>
    public int Assertions { get; init; } = 16;

    /// <summary>Name of the cap on exchanges in <c>ExchangesRefused</c>.</summary>
    public string ExchangesCap => $"{Exchanges} exchanges";

    /// <summary>Name of the cap on bytes.</summary>
    public string PackBytesCap => $"{PackBytes} bytes";

    /// <summary>The cap that one more exchange of <paramref name="bytes"/> would break; null when it fits.</summary>
    public string? CapBrokenBy(int exchangeCount, long packBytes, long bytes)
    {
        if (exchangeCount >= Exchanges)
            return ExchangesCap;
        return packBytes + bytes > PackBytes ? PackBytesCap : null;
    }
}
