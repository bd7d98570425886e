using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Ring;

/// <summary>What is counted since the node started. The name in <c>loopctl status</c> is the name here with a small first letter.</summary>
public enum CaptureCount
{
    /// <summary>Exchanges that ended, in whatever way.</summary>
    Completed,

    /// <summary>Of these, broken off.</summary>
    BrokenOff,

    /// <summary>Access-log entries recorded.</summary>
    AccessLogEntries,

    /// <summary>Of these, entries of exchanges that no other input showed: lost on their way here, or of a proxy that sends its log alone.</summary>
    LoggedOnly,

    /// <summary>Exchanges or pushes that were dropped for want of room.</summary>
    Shed,

    /// <summary>Bodies that were not kept whole.</summary>
    Truncated,

    /// <summary>Records pushed out by newer ones.</summary>
    Evicted,

    /// <summary>Of these, some that a watch or a trigger still waited for.</summary>
    EvictedUnread,

    /// <summary>Exchanges and inputs whose bytes could not be decoded.</summary>
    Malformed,

    /// <summary>Triggers handed to the store.</summary>
    Triggered,

    /// <summary>Triggers lost because too many waited.</summary>
    TriggersShed,

    /// <summary>Failing exchanges without any trace key: nothing can be collected by them.</summary>
    WithoutKey,

    /// <summary>Exchanges handed to the store.</summary>
    Collected,

    /// <summary>Messages that an input understood and has no use for.</summary>
    Unsupported,

    /// <summary>Streams and requests that an input refused.</summary>
    Refused,
}

/// <summary>Counters of one capture node. Free of locks and of garbage.</summary>
public sealed class CaptureCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<CaptureCount>().Length];
    private readonly long[] _inputs = new long[Enum.GetValues<CaptureInput>().Length];

    /// <summary>Adds to a count.</summary>
    public void Add(CaptureCount count, long value = 1) => Interlocked.Add(ref _counts[(int)count], value);

    /// <summary>Counts an exchange or an entry of an input.</summary>
    public void OnReceived(CaptureInput input) => Interlocked.Increment(ref _inputs[(int)input]);

    /// <summary>The present value of a count.</summary>
    public long this[CaptureCount count] => Volatile.Read(ref _counts[(int)count]);

    /// <summary>All counts by name.</summary>
    public IReadOnlyDictionary<string, long> Counts() => Named<CaptureCount>(_counts);

    /// <summary>Exchanges and entries received, by input.</summary>
    public IReadOnlyDictionary<string, long> Inputs() => Named<CaptureInput>(_inputs);

    private static Dictionary<string, long> Named<TName>(long[] values)
        where TName : struct, Enum
    {
        var named = new Dictionary<string, long>(values.Length);
        foreach (TName name in Enum.GetValues<TName>())
        {
            string text = name.ToString();
            named[char.ToLowerInvariant(text[0]) + text[1..]] = Volatile.Read(ref values[Convert.ToInt32(name)]);
        }

        return named;
    }
}
