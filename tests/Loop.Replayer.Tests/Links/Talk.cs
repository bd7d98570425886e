using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Tests.Comparison;

namespace Loop.Replayer.Tests.Links;

/// <summary>A recorded conversation in the order in which its messages were said: client → web → orders, payments.</summary>
internal sealed class Talk
{
    public const string Recorded = "ord_1f3c9a70";
    public const string Live = "ord_b81c2e3d";
    private readonly List<LinkMessage> _messages = [];

    public RecordedLinks Links => RecordedLinks.Of(_messages);

    /// <summary>web lets orders make an order, and pays it at payments by its id.</summary>
    public static Talk Paying(string id = Recorded, string entry = """{"cart":7}""", string paid = """{"ok":true,"order":"ID"}""") => new Talk()
        .Request("entry", "client", "web", Bodies.Request("POST shop /checkout", entry), isInput: true)
        .Request("create", "web", "orders", Bodies.Request("POST orders /orders", """{"cart":7}"""))
        .Answer("create", "web", "orders", Bodies.Json($$"""{"id":"{{id}}","quantity":7}""", new HeaderField("location", $"/orders/{id}")))
        .Request("pay", "web", "payments", Bodies.Request($"POST payments /orders/{id}/payments?order={id}", $$"""{"orderId":"{{id}}"}"""))
        .Answer("pay", "web", "payments", Bodies.Json(paid.Replace("ID", id, StringComparison.Ordinal)))
        .Answer("entry", "client", "web", Bodies.Json($$"""{"order":"{{id}}"}"""));

    public Talk Request(string hop, string caller, string callee, Message message, bool isInput = false) => Add(hop, LinkSide.Request, caller, callee, message, isInput);

    public Talk Answer(string hop, string caller, string callee, Message message) => Add(hop, LinkSide.Answer, caller, callee, message, isInput: false);

    /// <summary>Bindings after the live orders service answered with a new id.</summary>
    public LiveBindings Bound(string live = Live)
    {
        LiveBindings bindings = new(Links);
        bindings.Observe("create", LinkSide.Answer, Bodies.Json($$"""{"id":"{{live}}","quantity":7}""", new HeaderField("location", $"/orders/{live}")));
        return bindings;
    }

    private Talk Add(string hop, LinkSide side, string caller, string callee, Message message, bool isInput)
    {
        _messages.Add(new LinkMessage { HopId = hop, Side = side, Caller = caller, Callee = callee, At = DateTimeOffset.UnixEpoch.AddSeconds(_messages.Count), Message = message, IsInput = isInput });
        return this;
    }
}
