using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Config.Core.V3;
using Google.Protobuf;

namespace Loop.Capture.Tests.Fakes;

/// <summary>An intake that remembers every call.</summary>
internal sealed class FakeIntake : IExchangeIntake
{
    private readonly ConcurrentQueue<FakeExchange> _exchanges = new();
    private readonly Channel<bool> _began = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _malformedCame = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _logCame = Channel.CreateUnbounded<bool>();

    public ConcurrentQueue<FakeShard> Shards { get; } = new();

    public ConcurrentQueue<(CaptureInput Input, string Detail)> Malformed { get; } = new();

    public ConcurrentQueue<(ExchangeSource Source, byte[] Entry)> AccessLogs { get; } = new();

    public IReadOnlyCollection<FakeExchange> Exchanges => _exchanges;

    public bool Sheds { get; set; }

    public Exception? Fault { get; set; }

    public IIntakeShard OpenShard(string connection)
    {
        var shard = new FakeShard(this, connection);
        Shards.Enqueue(shard);
        return shard;
    }

    public void OnMalformed(CaptureInput input, string detail)
    {
        Malformed.Enqueue((input, detail));
        _malformedCame.Writer.TryWrite(true);
    }

    public Task NextMalformed() => Wait(_malformedCame, "a malformed message");

    public Task NextLog() => Wait(_logCame, "an access log entry");

    public async Task<FakeExchange> Next()
    {
        await Wait(_began, "an exchange");
        return _exchanges.Last();
    }

    internal FakeExchange Begin(ExchangeSource source)
    {
        var exchange = new FakeExchange(source);
        _exchanges.Enqueue(exchange);
        _began.Writer.TryWrite(true);
        return exchange;
    }

    internal void Log(ExchangeSource source, byte[] entry)
    {
        AccessLogs.Enqueue((source, entry));
        _logCame.Writer.TryWrite(true);
    }

    private static async Task Wait(Channel<bool> came, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await came.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Not arrived: {what}.");
        }
    }
}

internal sealed class FakeShard(FakeIntake intake, string connection) : IIntakeShard
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Connection => connection;

    public Task Disposed => _disposed.Task;

    public IExchangeWriter? Begin(in ExchangeSource source, DateTimeOffset arrivedAt)
    {
        if (intake.Fault is { } fault)
            throw fault;
        return intake.Sheds ? null : intake.Begin(source);
    }

    public void RecordAccessLog(in ExchangeSource source, in ReadOnlySequence<byte> entry, DateTimeOffset arrivedAt) => intake.Log(source, entry.ToArray());

    public void Dispose() => _disposed.TrySetResult();
}

internal sealed class FakeExchange(ExchangeSource source) : IExchangeWriter
{
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly TaskCompletionSource<CloseReason> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ExchangeSource Source => source;

    public IReadOnlyList<string> Calls => [.. _calls];

    public Task<CloseReason> Closed => _closed.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public bool IsClosed => _closed.Task.IsCompleted;

    public bool IsInexact { get; private set; }

    public bool IsResponseEnded { get; private set; }

    public void Headers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, bool endOfStream, DateTimeOffset at)
    {
        _calls.Enqueue(DescribeHeaders(direction, HeaderMap.Parser.ParseFrom(headerMap), endOfStream));
        End(direction, endOfStream);
    }

    public void Body(MessageDirection direction, in ReadOnlySequence<byte> chunk, bool endOfStream, bool truncated, DateTimeOffset at)
    {
        _calls.Enqueue(DescribeBody(direction, chunk.ToArray(), endOfStream, truncated));
        End(direction, endOfStream);
    }

    public void Trailers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, DateTimeOffset at)
    {
        _calls.Enqueue(DescribeTrailers(direction, HeaderMap.Parser.ParseFrom(headerMap)));
        End(direction, endOfStream: true);
    }

    public void Attributes(MessageDirection direction, in ReadOnlySequence<byte> attributes) =>
        _calls.Enqueue(DescribeAttributes(direction, Struct.Parser.ParseFrom(attributes)));

    public void Connections(in ReadOnlySequence<byte> connections, DateTimeOffset at)
    {
    }

    public void MarkInexact() => IsInexact = true;

    public void Close(CloseReason reason, DateTimeOffset at) => _closed.TrySetResult(reason);

    public static string DescribeHeaders(MessageDirection direction, HeaderMap headers, bool endOfStream) =>
        $"{direction} headers {Hash(headers.ToByteArray())}{(endOfStream ? " end" : "")}";

    public static string DescribeBody(MessageDirection direction, byte[] chunk, bool endOfStream, bool truncated) =>
        $"{direction} body {chunk.Length} {Hash(chunk)}{(truncated ? " truncated" : "")}{(endOfStream ? " end" : "")}";

    public static string DescribeTrailers(MessageDirection direction, HeaderMap headers) => $"{direction} trailers {Hash(headers.ToByteArray())}";

    public static string DescribeAttributes(MessageDirection direction, Struct attributes) =>
        $"{direction} attributes {string.Join(',', attributes.Fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}"))}";

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes))[..12];

    private void End(MessageDirection direction, bool endOfStream) => IsResponseEnded |= endOfStream && direction is MessageDirection.Response;
}
