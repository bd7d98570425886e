using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Tests.Packs;

/// <summary>Exchanges for tests of packs.</summary>
internal static class PackSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<byte[]> Body = Gen.OneOf(
        Gen.Const(Array.Empty<byte>()),
        Gen.Byte.Array[0, 300],
        Gen.Select(Gen.Byte, Gen.Int[1, 5000], (value, count) => Enumerable.Repeat(value, count).ToArray()));

    /// <summary>One to five exchanges, some of which share bodies.</summary>
    public static readonly Gen<CapturedExchange[]> Exchanges =
        from pool in Body.Array[1, 4]
        from picks in Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.String[Gen.Char['\0', 'ÿ'], 0, 40]).Array[1, 5]
        select picks.Select((pick, index) => Exchange(index + 1, pool[pick.Item1 % pool.Length], pool[pick.Item2 % pool.Length], pick.Item3)).ToArray();

    public static CapturedExchange Exchange(long sequence, string request, string response) =>
        Exchange(sequence, Encoding.UTF8.GetBytes(request), Encoding.UTF8.GetBytes(response), "value");

    public static CapturedExchange Exchange(long sequence, byte[] request, byte[] response, string header) => new(
        new Exchange
        {
            Id = new ExchangeId("node-a", 1_700_000_000_000, sequence),
            Input = CaptureInput.ExternalProcessor,
            View = ExchangeView.Server,
            Service = "payments",
            Instance = "payments-1",
            StartedAt = Noon.AddMilliseconds(sequence),
            Duration = TimeSpan.FromMilliseconds(12.5),
            Protocol = "HTTP/1.1",
            Request = Part(request, (":method", "POST"), (":path", "/charge"), (":authority", "payments"), ("x-test", header)),
            Response = Part(response, (":status", "500"), ("content-type", "application/json")),
            End = ExchangeEnd.Complete,
            Keys = [TraceKey.FromTraceId("0af7651916cd43dd8448eb211c80319c")!.Value],
        },
        request,
        response);

    public static string Sha256(byte[] body) => Convert.ToHexStringLower(SHA256.HashData(body));

    private static HttpMessagePart Part(byte[] body, params (string Name, string Value)[] headers) => new()
    {
        Headers = [.. headers.Select(header => new HeaderField(header.Name, header.Value))],
        Body = body.Length == 0 ? BodyInfo.Empty : new BodyInfo { SizeBytes = body.Length, KeptBytes = body.Length, Sha256 = Sha256(body) },
        HeadersAt = Noon,
    };
}
