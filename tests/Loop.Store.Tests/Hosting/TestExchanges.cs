using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Tests.Hosting;

/// <summary>Exchanges for tests.</summary>
public static class TestExchanges
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static TraceKey Trace(int number) => TraceKey.FromTraceId(number.ToString("x32", CultureInfo.InvariantCulture))!.Value;

    public static TraceKey Request(string id) => TraceKey.FromRequestId(id)!.Value;

    public static CapturedExchange Make(long sequence, TraceKey[] keys, int status = 200, string node = "node-a", long epoch = 1_000, string requestBody = "", byte[]? responseBody = null, string? responseEncoding = null)
    {
        byte[] request = Encoding.UTF8.GetBytes(requestBody);
        byte[] response = responseBody ?? [];
        HeaderField[] responseHeaders = [new(":status", status.ToString(CultureInfo.InvariantCulture)), new("content-type", "application/json")];
        if (responseEncoding is not null)
            responseHeaders = [.. responseHeaders, new("content-encoding", responseEncoding)];
        return new CapturedExchange(
            new Exchange
            {
                Id = new ExchangeId(node, epoch, sequence),
                Input = CaptureInput.ExternalProcessor,
                View = ExchangeView.Server,
                Service = "payments",
                Instance = "payments-1",
                StartedAt = Start.AddMilliseconds(sequence),
                Duration = TimeSpan.FromMilliseconds(5),
                Request = new HttpMessagePart { Headers = [new(":method", "POST"), new(":path", $"/charge/{sequence}"), new(":authority", "payments")], Body = Info(request) },
                Response = new HttpMessagePart { Headers = responseHeaders, Body = Info(response) },
                End = ExchangeEnd.Complete,
                Keys = keys,
            },
            request,
            response);
    }

    /// <summary>The same exchange with the header that a caller's proxy adds.</summary>
    public static CapturedExchange SentByProxy(CapturedExchange exchange) => exchange with
    {
        Head = exchange.Head with { Request = exchange.Head.Request! with { Headers = [.. exchange.Head.Request.Headers, new("x-envoy-attempt-count", "1")] } },
    };

    private static BodyInfo Info(byte[] body) => body.Length == 0
        ? BodyInfo.Empty
        : new BodyInfo { SizeBytes = body.Length, KeptBytes = body.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(body)) };
}
