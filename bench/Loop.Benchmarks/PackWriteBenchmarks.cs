using System.Globalization;
using BenchmarkDotNet.Attributes;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Packs;
using Loop.Store.Files;

namespace Loop.Benchmarks;

/// <summary>A segment with the exchanges of one conversation, written and synced.</summary>
public class PackWriteBenchmarks
{
    private IReadOnlyList<CapturedExchange> _conversation = [];
    private string _directory = "";
    private PackStore _packs = null!;
    private int _owner;

    /// <summary>Bytes of each response's body.</summary>
    [Params(512, 8192)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public async Task Check()
    {
        _conversation = Sample.Conversation(hops: 3, BodyBytes);
        _directory = Directory.CreateTempSubdirectory("loop-benchmark-").FullName;
        _packs = new PackStore(new FileBlobStore(_directory, "packs"));
        SegmentWritten written = await WriteSegment();
        string owner = Owner();
        IReadOnlyList<Exchange> heads = await _packs.ReadHeads(owner, written.Segment, CancellationToken.None);
        byte[]? body = await _packs.ReadBody(owner, heads[0].Response!.Body.Sha256!, CancellationToken.None);
        if (heads.Count != _conversation.Count || body is null || !body.AsSpan().SequenceEqual(_conversation[0].ResponseBody.Span))
            throw new InvalidOperationException("The segment does not hold what was written.");
    }

    [GlobalCleanup]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    [Benchmark]
    public async Task<SegmentWritten> WriteSegment()
    {
        _owner++;
        return await _packs.WriteSegment(Owner(), _conversation, CancellationToken.None);
    }

    private string Owner() => string.Create(CultureInfo.InvariantCulture, $"conversation-{_owner}");
}
