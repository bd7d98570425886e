using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Tests.Comparison;

namespace Loop.Replayer.Tests.Links;

public sealed class LiveBindingsTests
{
    [Fact]
    public void LiveRequest_IsReadWithRecordedIds()
    {
        Message recorded = Talk.Paying().Bound().ToRecorded(Bodies.Request($"POST payments /orders/{Talk.Live}/payments?order={Talk.Live}", $$"""{ "orderId" : "{{Talk.Live}}" }""")).Message;
        Assert.Equal($"/orders/{Talk.Recorded}/payments?order={Talk.Recorded}", recorded.Part.Header(":path"));
        Assert.Equal($$"""{ "orderId" : "{{Talk.Recorded}}" }""", recorded.Text());
    }

    [Fact]
    public void RecordedAnswer_IsPlayedWithLiveIds()
    {
        RewrittenMessage played = Talk.Paying().Bound().ToLive("pay", Bodies.Json($$"""{"ok":true,"order":"{{Talk.Recorded}}"}"""));
        Assert.Equal($$"""{"ok":true,"order":"{{Talk.Live}}"}""", played.Message.Text());
        Assert.Empty(played.Unwritten);
    }

    [Fact]
    public void EqualDecoys_Stay()
    {
        // The client sent a number that the order's happens to equal in the live run; and payments has a longer one that begins with it.
        LiveBindings bindings = Talk.Paying("10000000017", paid: """{"orderId":"ID"}""").Bound("20000000018");
        Message request = bindings.ToRecorded(Bodies.Request("POST payments /orders/20000000018/payments?order=20000000018", """{"account":"20000000018","orderId":"20000000018"}""")).Message;
        Assert.Equal("""{"account":"20000000018","orderId":"10000000017"}""", request.Text());

        Message answer = bindings.ToLive("pay", Bodies.Json("""{"account":"10000000017","ref":"100000000179","orderId":"10000000017"}""")).Message;
        Assert.Equal("""{"account":"10000000017","ref":"100000000179","orderId":"20000000018"}""", answer.Text());
    }

    [Fact]
    public void EqualDecoy_OfAShortId_Stays()
    {
        LiveBindings bindings = new(new Talk()
            .Answer("create", "web", "orders", Bodies.Json("""{"orderId":17,"quantity":17}"""))
            .Request("pay", "web", "payments", Bodies.Request("POST payments /pay", """{"orderId":17,"quantity":17}"""))
            .Answer("pay", "web", "payments", Bodies.Json("""{"quantity":17,"orderId":17}""")).Links);
        bindings.Observe("create", LinkSide.Answer, Bodies.Json("""{"orderId":42,"quantity":17}"""));

        Assert.Equal("""{"orderId":17,"quantity":42}""", bindings.ToRecorded(Bodies.Request("POST payments /pay", """{"orderId":42,"quantity":42}""")).Message.Text());
        Assert.Equal("""{"quantity":17,"orderId":42}""", bindings.ToLive("pay", Bodies.Json("""{"quantity":17,"orderId":17}""")).Message.Text());
        Assert.Equal(["body $.quantity"], Bodies.Places(Bodies.Json("""{"orderId":17,"quantity":17}"""), Bodies.Json("""{"orderId":42,"quantity":42}"""), Rules(bindings)));
    }

    [Fact]
    public void RequestOfAnotherRoute_IsLeftAlone()
    {
        const string Target = $"GET search /orders/{Talk.Live}";
        Assert.Equal($"/orders/{Talk.Live}", Talk.Paying().Bound().ToRecorded(Bodies.Request(Target)).Message.Part.Header(":path"));
    }

    [Fact]
    public void Binding_IsOneToOne()
    {
        LiveBindings bindings = new(Talk.Paying().Links);
        ValueLink link = Talk.Paying().Links.Links.Single();
        Assert.Equal(BindOutcome.Bound, bindings.Bind(link, Talk.Live));
        Assert.Equal(BindOutcome.AlreadyBound, bindings.Bind(link, Talk.Live));
        Assert.Equal(BindOutcome.Contradiction, bindings.Bind(link, "ord_00000000"));
        Assert.Equal(BindOutcome.Contradiction, bindings.Bind(link with { Value = "ord_22222222" }, Talk.Live));
        Assert.Equal(2, bindings.Contradictions.Count);
        Assert.Equal(Talk.Recorded, bindings.PutBack("body $.x", Talk.Live));
    }

    [Theory]
    [InlineData("ord_b81c2e3", true)]
    [InlineData("cart_b81c2e3d", false)]
    [InlineData("failed", false)]
    public void LiveValue_OfAnotherForm_IsADifference(string live, bool bound)
    {
        LiveBindings bindings = Talk.Paying().Bound(live);
        Assert.Empty(bindings.Contradictions);
        Assert.Equal(bound, Bodies.Places(Bodies.Json($$"""{"id":"{{Talk.Recorded}}"}"""), Bodies.Json($$"""{"id":"{{live}}"}"""), Rules(bindings)).Count == 0);
    }

    [Fact]
    public void BirthPlaces_ThatDisagree_AreReportedAndNotBound()
    {
        LiveBindings bindings = new(Talk.Paying().Links);
        bindings.Observe("create", LinkSide.Answer, Bodies.Json($$"""{"id":"{{Talk.Live}}"}""", new HeaderField("location", "/orders/ord_00000000")));
        Assert.Contains("now they are", Assert.Single(bindings.Contradictions), StringComparison.Ordinal);
        Assert.Equal(Talk.Live, bindings.PutBack("body $.id", Talk.Live));
    }

    [Fact]
    public void RequestBornValue_IsSupposedBeforeItIsBound()
    {
        const string Before = "1f3c9a70-7a8b-4f0e-8d5c-0123456789ab";
        const string Now = "b81c2e3d-7a8b-4f0e-8d5c-0123456789ab";
        LiveBindings bindings = new(new Talk()
            .Request("pay", "web", "payments", Bodies.Request("POST payments /pay", $$"""{"paymentKey":"{{Before}}"}"""))
            .Answer("pay", "web", "payments", Bodies.Json($$"""{"key":"{{Before}}"}""")).Links);
        Message live = Bodies.Request("POST payments /pay", $$"""{"paymentKey":"{{Now}}"}""");

        LinkSupposition supposition = bindings.Suppose("pay", live);
        Assert.Equal($$"""{"paymentKey":"{{Before}}"}""", supposition.Request.Message.Text());
        Assert.Equal($$"""{"paymentKey":"{{Now}}"}""", bindings.ToRecorded(live).Message.Text());
        bindings.Accept(supposition);
        Assert.Equal($$"""{"paymentKey":"{{Before}}"}""", bindings.ToRecorded(live).Message.Text());
        Assert.Equal($$"""{"key":"{{Now}}"}""", bindings.ToLive("pay", Bodies.Json($$"""{"key":"{{Before}}"}""")).Message.Text());
    }

    [Fact]
    public void ComparedData_HasRecordedIdsPutBackAndSaysSo()
    {
        MessageComparison comparison = Bodies.Compare(
            Bodies.Json($$"""{"error":"order {{Talk.Recorded}} not found"}"""), Bodies.Json($$"""{"error":"order {{Talk.Live}} not found"}"""), Rules(Talk.Paying().Bound()));
        Assert.Empty(comparison.Divergences);
        Assert.Equal(["body $.error: an id that was made anew; it stands for the recorded one"], comparison.Ignored);
        Assert.NotEmpty(Bodies.Places(Bodies.Json($$"""{"error":"order {{Talk.Recorded}} not found"}"""), Bodies.Json("""{"error":"order ord_00000000 not found"}"""), Rules(Talk.Paying().Bound())));
    }

    [Fact]
    public void TokenOfACookie_StandsForTheLiveOne()
    {
        const string Token = "loop:k1:AAAAAAAAAAAAAAAAAAAAA1";
        LiveBindings bindings = new(new Talk()
            .Answer("login", "web", "auth", Bodies.Json("{}", new HeaderField("set-cookie", $"sid={Token}; Path=/")))
            .Request("me", "web", "auth", Bodies.Request("GET auth /me", "", "application/json", new HeaderField("cookie", $"sid={Token}"))).Links);
        bindings.Observe("login", LinkSide.Answer, Bodies.Json("{}", new HeaderField("set-cookie", "sid=xyz123; Path=/")));
        Message recorded = bindings.ToRecorded(Bodies.Request("GET auth /me", "", "application/json", new HeaderField("cookie", "theme=dark; sid=xyz123"))).Message;
        Assert.Equal($"theme=dark; sid={Token}", recorded.Part.Header("cookie"));
    }

    [Fact]
    public void ManyThreads_BindOneLiveValueAlone()
    {
        LiveBindings bindings = new(Talk.Paying().Links);
        ValueLink link = Talk.Paying().Links.Links.Single();
        BindOutcome[] outcomes = new BindOutcome[64];
        Parallel.For(0, outcomes.Length, index => outcomes[index] = bindings.Bind(link, $"ord_{index:x8}"));
        Assert.Single(outcomes, BindOutcome.Bound);
        Assert.Equal(63, bindings.Contradictions.Count);
    }

    private static ComparisonRules Rules(LiveBindings bindings) => ComparisonRules.Of(RunMask.None) with { Bindings = bindings };
}
