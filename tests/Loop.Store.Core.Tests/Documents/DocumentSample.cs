using System.Security.Cryptography;
using System.Text;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Documents;

namespace Loop.Store.Core.Tests.Documents;

/// <summary>A sealed conversation with every kind of fact that a document carries.</summary>
internal static class DocumentSample
{
    private static readonly DateTimeOffset At = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly TraceKey Key = TraceKey.FromTraceId("4bf92f3577b34da6a3ce929d0e0e4736")!.Value;
    private static readonly ConversationId Id = ConversationId.From(Key, 1);

    /// <summary>Text, bytes that are no text, and text with a byte that JSON would hide.</summary>
    public static readonly byte[][] Bodies = [Encoding.UTF8.GetBytes("{\"total\": \"12,34 €\"}\n"), [0xff, 0x00, 0x80], Encoding.UTF8.GetBytes("a\u0000b")];

    public static IReadOnlyList<Exchange> Exchanges { get; } = [Make(1, Bodies[0], Bodies[1]), Make(2, Bodies[0], Bodies[2])];

    public static IReadOnlyList<ConversationEvent> Facts { get; } =
    [
        new ConversationKept(Id, 1, new Trigger("default", "status 500", Exchanges[0].Id, [Key], At), At),
        new ExchangeRecorded(Exchanges[0].Id, 3, 7, At, Open: true),
        new ExchangeRecorded(Exchanges[0].Id, 4, 0, At),
        new NodeAnswered(new NodeAnswer { Node = "node-a", Epoch = 1_000, StartedAt = At.AddHours(-1), OpenCount = 0, Watches = ["payments/server"], At = At }),
        new ConversationSealed(1, "quiet", 0, At, 5),
        new LateExchangeRecorded(Exchanges[1].Id, 6, 0, At),
        new ConversationCompacted(7, At),
        new ControlNamed(ConversationId.From(Key, 2), "web/server POST /charge", At),
        new AssertionAdded("2 response $.total", "12.35", At),
    ];

    public static byte[] Document => ConversationDocuments.Write(Conversation.Fold(Facts), Facts, Exchanges, Bodies.ToDictionary(Hash));

    public static string Hash(byte[] body) => Convert.ToHexStringLower(SHA256.HashData(body));

    private static Exchange Make(long sequence, byte[] request, byte[] response) => new()
    {
        Id = new ExchangeId("node-a", 1_000, sequence),
        Input = CaptureInput.ExternalProcessor,
        View = ExchangeView.Server,
        Service = "payments",
        Instance = "payments-1",
        StartedAt = At.AddMilliseconds(sequence),
        Duration = TimeSpan.FromMilliseconds(5.25),
        Request = new HttpMessagePart { Headers = [new(":method", "POST"), new(":path", "/charge?a=<b>"), new("x-raw", "caf\u00e9"), new("authorization", "Bearer loop:k1:0123456789012345678901")], Body = Info(request) },
        Response = new HttpMessagePart { Headers = [new(":status", "500")], Body = Info(response), Trailers = [new("x-end", "1")] },
        End = ExchangeEnd.Complete,
        Keys = [Key],
        Redacted = ["request:authorization"],
    };

    private static BodyInfo Info(byte[] body) => new() { SizeBytes = body.Length, KeptBytes = body.Length, Sha256 = Hash(body) };
}
