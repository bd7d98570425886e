using System.Buffers;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tap;
using Loop.Capture.Diagnostics;
using Loop.Capture.Sources;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Tap;

/// <summary>Feeds a decoded tap file into the ring.</summary>
internal sealed class TapFileImporter(IExchangeIntake intake, SourceReader sources, CaptureInstruments instruments)
{
    private static readonly string[] Directions = ["inbound", "outbound", "edge"];
    private readonly InputCounts _counts = new(CaptureInput.TapFile, intake, instruments);

    /// <summary>Opens the shard of a directory.</summary>
    public IIntakeShard OpenShard(string directory) => intake.OpenShard("tap files " + directory);

    /// <summary>Feeds all traces; what is open at the end is closed, since the file is at its end.</summary>
    /// <param name="shard">The directory's.</param>
    /// <param name="options">The directory's.</param>
    /// <param name="path">The file.</param>
    /// <param name="traces">What it holds.</param>
    /// <param name="writtenAt">When Envoy last wrote: nearer to the exchange than now, and the only time that streamed traces have.</param>
    public void Import(IIntakeShard shard, TapFilesOptions options, string path, IReadOnlyList<ReadOnlyMemory<byte>> traces, DateTimeOffset writtenAt)
    {
        using var feeder = new TapTraceFeeder(shard, Source(options, path));
        foreach (ReadOnlyMemory<byte> trace in traces)
        {
            if (feeder.Feed(new ReadOnlySequence<byte>(trace), writtenAt) is TapFeedResult.Ignored or TapFeedResult.NoTrace)
                _counts.Unsupported();
            else
                _counts.Received();
        }
    }

    /// <summary>Counts a file that could not be decoded.</summary>
    public void OnMalformed(string path, string fault) => _counts.Malformed($"{Path.GetFileName(path)}: {fault}");

    private ExchangeSource Source(TapFilesOptions options, string path) => new(
        CaptureInput.TapFile,
        DirectionName.ToView(DirectionOf(options.Directory, path) ?? options.Direction),
        options.Service,
        options.Namespace,
        sources.Instance(peer: null, options.Service),
        SideStreamTraceParent: null);

    // path_prefix decides both: /taps/inbound gives /taps/inbound_123.pb, /taps/inbound/web gives /taps/inbound/web_123.pb.
    private static string? DirectionOf(string root, string path)
    {
        string[] segments = Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar);
        return Array.Find(Directions, direction => segments[^1].StartsWith(direction + "_", StringComparison.Ordinal))
            ?? Array.Find(Directions, direction => segments.SkipLast(1).Contains(direction, StringComparer.Ordinal));
    }
}
