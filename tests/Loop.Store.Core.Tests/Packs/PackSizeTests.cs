using System.Text.Json;
using Loop.Contracts.Exchanges;
using Loop.Store.Conformance.Blobs;
using Loop.Store.Core.Packs;
using Xunit;

namespace Loop.Store.Core.Tests.Packs;

/// <summary>What a conversation takes, against the same as Envoy's tap filter writes it (JSON, bodies as base64).</summary>
public sealed class PackSizeTests
{
    private const string Owner = "conversation-aaaabbbbcccc";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteSegment_OfAConversation_TakesATenthOfItsTapFiles()
    {
        // Each recorded call as a hop: its client view and its server view, as two proxies would tap it.
        string[] files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "fixtures", "tap-json"));
        Array.Sort(files, StringComparer.Ordinal);
        CapturedExchange[] exchanges = [.. files.SelectMany((file, index) => Views(file, index))];
        long tapSizeBytes = files.Sum(file => new FileInfo(file).Length) * 2;

        SegmentWritten written = await new PackStore(new InMemoryBlobStore()).WriteSegment(Owner, exchanges, Cancellation);
        long storedSizeBytes = written.StoredBytes.Sum();

        // Not asserted: the worst case, exchanges that come one at a time.
        var single = new PackStore(new InMemoryBlobStore());
        long singleSizeBytes = 0;
        foreach (CapturedExchange exchange in exchanges)
            singleSizeBytes += (await single.WriteSegment(Owner, [exchange], Cancellation)).StoredBytes.Sum();

        TestContext.Current.TestOutputHelper?.WriteLine($"{exchanges.Length} exchanges: tap {tapSizeBytes} bytes, pack of one segment {storedSizeBytes} bytes, of a segment each {singleSizeBytes} bytes");
        Assert.True(storedSizeBytes * 10 <= tapSizeBytes, $"tap {tapSizeBytes} bytes, pack {storedSizeBytes} bytes");
    }

    private static CapturedExchange[] Views(string file, int index)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement trace = document.RootElement.GetProperty("http_buffered_trace");
        (HttpMessagePart request, byte[] requestBody) = Part(trace.GetProperty("request"));
        (HttpMessagePart response, byte[] responseBody) = Part(trace.GetProperty("response"));
        return [.. new[] { ExchangeView.Client, ExchangeView.Server }.Select((view, number) => new CapturedExchange(
            new Exchange
            {
                Id = new ExchangeId($"node-{number}", 1_777_000_000_000, 1000 + index),
                Input = CaptureInput.ExternalProcessor,
                View = view,
                Service = view == ExchangeView.Client ? "web" : "payments",
                Instance = $"10.0.0.{number + 7}:41732",
                StartedAt = PackSamples.Noon.AddTicks((index * 777_777) + (number * 1234)),
                Duration = TimeSpan.FromTicks(123_456 + (index * 1111)),
                Protocol = "HTTP/1.1",
                Request = request,
                Response = response,
                End = ExchangeEnd.Complete,
                Endpoints = new ExchangeEndpoints($"10.0.0.7:4{index}1{number}2", "10.0.0.8:8080", $"10.0.0.8:5{index}2{number}4", "10.0.0.9:9000"),
                Keys = [TraceKey.FromTraceParent(request.Header("traceparent"))!.Value, TraceKey.FromRequestId(request.Header("x-request-id"))!.Value],
            },
            requestBody,
            responseBody))];
    }

    private static (HttpMessagePart Part, byte[] Body) Part(JsonElement message)
    {
        byte[] body = message.TryGetProperty("body", out JsonElement element) && element.ValueKind == JsonValueKind.Object
            ? element.GetProperty("as_bytes").GetBytesFromBase64()
            : [];
        var part = new HttpMessagePart
        {
            Headers = Fields(message.GetProperty("headers")),
            Trailers = Fields(message.GetProperty("trailers")),
            Body = body.Length == 0 ? BodyInfo.Empty : new BodyInfo { SizeBytes = body.Length, KeptBytes = body.Length, Sha256 = PackSamples.Sha256(body) },
            HeadersAt = PackSamples.Noon,
        };
        return (part, body);
    }

    private static HeaderField[] Fields(JsonElement fields) =>
        [.. fields.EnumerateArray().Select(field => new HeaderField(field.GetProperty("key").GetString()!, field.GetProperty("value").GetString()!))];
}
