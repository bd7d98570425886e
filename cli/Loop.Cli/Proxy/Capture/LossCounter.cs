using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Loop.Cli.Proxy.Capture;

/// <summary>Counts what was not recorded and says so on stderr, at most once per pause and never on the path of a request.</summary>
internal sealed class LossCounter(TextWriter error, TimeSpan pause, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Exchanges and log entries lost so far, by reason.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    public void Add(string reason, long count = 1)
    {
        if (count <= 0)
            return;
        _counts.AddOrUpdate(reason, count, (_, known) => known + count);
        _changed.Writer.TryWrite(true);
    }

    /// <summary>Reports until cancelled.</summary>
    public async Task Report(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changed.Reader.ReadAsync(cancellationToken);
            string list = string.Join(", ", _counts.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => $"{item.Value} {item.Key}"));
            await error.WriteLineAsync($"loopctl proxy: not recorded so far: {list}. Traffic is not affected.");
            await Task.Delay(pause, time, cancellationToken);
        }
    }
}
