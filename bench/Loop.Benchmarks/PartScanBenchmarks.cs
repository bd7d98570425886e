using System.Buffers;
using BenchmarkDotNet.Attributes;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Intake;

namespace Loop.Benchmarks;

/// <summary>What the ring must know of an exchange, read from its serialised headers and attributes.</summary>
public class PartScanBenchmarks
{
    private readonly PartScan _scan = new();
    private readonly ReadOnlySequence<byte> _attributes = Sample.RequestAttributes(7);
    private readonly ReadOnlySequence<byte> _request = Sample.RequestHeaders(7, "GET");
    private readonly ReadOnlySequence<byte> _response = Sample.ResponseHeaders(503);

    [GlobalSetup]
    public void Check()
    {
        if (Exchange() != 503 || _scan.KeyHashes.Length != 2 || _scan.IsMalformed)
            throw new InvalidOperationException("The scan did not find the status and the two keys.");
    }

    [Benchmark]
    public int Exchange()
    {
        _scan.Reset();
        _scan.ScanAttributes(MessageDirection.Request, _attributes);
        _scan.ScanHeaders(MessageDirection.Request, _request);
        _scan.ScanAttributes(MessageDirection.Response, Sample.ResponseAttributes);
        _scan.ScanHeaders(MessageDirection.Response, _response);
        return _scan.Status;
    }
}
