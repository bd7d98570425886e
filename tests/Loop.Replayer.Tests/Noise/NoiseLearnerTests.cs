using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Tests.Comparison;

namespace Loop.Replayer.Tests.Noise;

public sealed class NoiseLearnerTests
{
    private static readonly string[] Ids = ["1f3c9a70", "9b2c4d11", "0c8e77af", "77aa0192", "e01b3c5d", "45d0be9f", "b81c2e3d"];

    [Fact]
    public void Learn_WhatDoesNotVary_IsNotMasked()
    {
        NoiseLearning learning = Runs.Learn(_ => """{"total":12.5,"at":"2026-11-01T12:00:00Z"}""");
        Assert.Empty(learning.Mask!.Entries);
        Assert.Empty(learning.Unmasked);
    }

    [Fact]
    public void Learn_ATime_KeepsItsFormatAndItsDistanceFromTheStart()
    {
        NoiseShape.Time shape = Assert.IsType<NoiseShape.Time>(Only(Runs.Learn(run => $$"""{"expires":"{{Runs.Iso(Runs.Clock(run).AddHours(1))}}"}""")));
        Assert.Equal(("yyyy-MM-ddTHH:mm:ssZ", 3600.0, 3600.0), (shape.Format, shape.EarliestSeconds!.Value, shape.LatestSeconds!.Value));
    }

    [Theory]
    [InlineData(1, "epoch s")]
    [InlineData(1000, "epoch ms")]
    public void Learn_ACountSince1970_IsATimeWhenItFollowsTheClock(long perSecond, string format) =>
        Assert.Equal(format, Assert.IsType<NoiseShape.Time>(Only(Runs.Learn(run => $$"""{"at":{{Runs.Clock(run).AddHours(1).ToUnixTimeSeconds() * perSecond}}}"""))).Format);

    [Fact]
    public void Learn_ADate_FollowsTheClockByTheDay()
    {
        NoiseMask mask = Runs.Learn(run => $$"""{"due":"{{Runs.Clock(run).AddDays(30):yyyy-MM-dd}}"}""").Mask!;
        Assert.Equal("yyyy-MM-dd", Assert.IsType<NoiseShape.Time>(Assert.Single(mask.Entries).Shape).Format);
        string recorded = $$"""{"due":"{{Runs.Clock(0).AddDays(30):yyyy-MM-dd}}"}""";
        Assert.Empty(Runs.Places(mask, recorded, $$"""{"due":"{{Runs.Clock(6).AddDays(30):yyyy-MM-dd}}"}"""));
        Assert.Equal(["body $.due"], Runs.Places(mask, recorded, $$"""{"due":"{{Runs.Clock(6).AddDays(60):yyyy-MM-dd}}"}"""));
    }

    [Fact]
    public void Learn_ACountThatDoesNotFollowTheClock_IsAnId() =>
        Assert.Equal(@"\A[0-9]{10}\z", Assert.IsType<NoiseShape.Id>(Only(Runs.Learn(run => $$"""{"number":{{1500000000 + (run * 7919 * 7919)}}}"""))).Pattern);

    [Fact]
    public void Learn_TheMomentOfTheAnswer_NeedsNoMask() =>
        Assert.Empty(Runs.Learn(run => $$"""{"at":"{{Runs.Iso(Runs.Clock(run).AddMilliseconds(50))}}"}""").Mask!.Entries);

    [Fact]
    public void Learn_AnIdWithinAText_KeepsWhatDoesNotVary() =>
        Assert.Equal(@"\A/orders/ord_[0-9a-f]{8}/status\z", Assert.IsType<NoiseShape.Id>(Only(Runs.Learn(run => $$"""{"link":"/orders/ord_{{Ids[run]}}/status"}"""))).Pattern);

    [Fact]
    public void Learn_AUuid_KeepsItsVersion()
    {
        string pattern = Assert.IsType<NoiseShape.Id>(Only(Runs.Learn(run => $$"""{"key":"{{Ids[run]}}-7a8b-4f0e-8d5c-0123{{Ids[run]}}"}"""))).Pattern;
        Assert.Equal(@"\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z", pattern);
    }

    [Fact]
    public void Learn_AMeasuredNumber_ToleratesTwiceItsSpread()
    {
        NoiseShape.Number shape = Assert.IsType<NoiseShape.Number>(Only(Runs.Learn(run => $$"""{"score":{{(0.5 + (run * 0.125)).ToString(CultureInfo.InvariantCulture)}}}""")));
        Assert.Equal((false, 1.25), (shape.Whole, shape.Tolerance));
    }

    [Fact]
    public void Learn_AShuffledList_IsMaskedAsAWhole()
    {
        string[] items = ["""{"n":1}""", """{"n":2}""", """{"n":3}"""];
        NoiseEntry entry = Assert.Single(Runs.Learn(run => $$"""{"items":[{{items[run % 3]}},{{items[(run + 1) % 3]}},{{items[(run + 2) % 3]}}]}""").Mask!.Entries);
        Assert.Equal(("body $.items", new NoiseShape.Order()), (entry.Place, entry.Shape));
    }

    [Fact]
    public void Learn_AHeader_IsMaskedUnlessItNamesACause()
    {
        NoiseLearning learning = Runs.Learn(run => Bodies.Json("{}", new HeaderField("x-node", Ids[run]), new HeaderField("x-error-code", Ids[run])));
        Assert.Equal("header x-node", Assert.Single(learning.Mask!.Entries).Place);
        Assert.StartsWith($"{Runs.Hop} header x-error-code: it names the cause", Assert.Single(learning.Unmasked), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"error":{"id":"ID"}}""", "it names the cause")]
    [InlineData("""{"declineReason":"ID"}""", "it names the cause")]
    [InlineData("""{"total":"ID"}""", "it is asserted")]
    [InlineData("""{"echo":"ID"}""", "it came in with the request")]
    public void Learn_WhatNoMaskMayHide_IsNamed(string body, string why)
    {
        bool echoed = body.Contains("echo", StringComparison.Ordinal);
        NoiseLearning learning = Runs.Learn(
            run => Bodies.Json(body.Replace("ID", Ids[run], StringComparison.Ordinal)), run => Bodies.Request($"POST shop /orders/{(echoed ? Ids[run] : "1")}"), new NoiseTarget(Runs.Hop, "body $.total"));
        Assert.Empty(learning.Mask!.Entries);
        Assert.Contains(why, Assert.Single(learning.Unmasked), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"state":"open"}""", """{"state":"paid"}""", "its values have no form in common")]
    [InlineData("""{"state":"a1b2c3d4"}""", """{"state":"d4c3b2a1"}""", "its values have no form in common")]
    [InlineData("""{"count":3}""", """{"count":4}""", "its values have no form in common")]
    [InlineData("""{"ok":true}""", """{"ok":false}""", "its values have no form in common")]
    [InlineData("""{"x":1}""", """{}""", "it is not there in every run")]
    [InlineData("""{"x":1}""", """{"x":"1"}""", "its type varies")]
    public void Learn_AChoiceBetweenTwo_IsNoNoise(string even, string odd, string why)
    {
        NoiseLearning learning = Runs.Learn(run => run % 2 == 0 ? even : odd);
        Assert.Empty(learning.Mask!.Entries);
        Assert.Contains(why, learning.Unmasked[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Learn_AnotherStatus_IsNoNoise()
    {
        NoiseLearning learning = Runs.Learn(run => Bodies.Json($$"""{"id":"{{Ids[run]}}"}""") is var answer && run == 3 ? WithStatus(answer, "500") : answer);
        Assert.Empty(learning.Mask!.Entries);
        Assert.Equal([$"{Runs.Hop} status: it varies"], learning.Unmasked);
    }

    [Fact]
    public void Learn_TheRecordingOfAnotherForm_IsNotMasked() => Assert.Empty(Runs.Learn(run => $$"""{"id":"{{(run == 0 ? "order-7" : Ids[run])}}"}""").Mask!.Entries);

    [Fact]
    public void Learn_FromTooLittle_IsRefused()
    {
        NoiseRun[] runs = [.. Enumerable.Range(0, 6).Select(number => Runs.Run(number, Bodies.Json("{}")))];
        Assert.StartsWith("4 runs", NoiseLearner.Learn(Runs.Key, runs[0], runs[1..5], []).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("all runs had one clock", NoiseLearner.Learn(Runs.Key, runs[0], [.. runs[1..].Select(run => run with { ClockOffset = TimeSpan.Zero })], []).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("1 runs did not start with fresh state", NoiseLearner.Learn(Runs.Key, runs[0], [.. runs[1..5], runs[5] with { FreshState = false }], []).Refusal, StringComparison.Ordinal);
        Assert.NotNull(NoiseLearner.Learn(Runs.Key, runs[0], runs[1..], []).Mask);
    }

    private static Message WithStatus(Message message, string status) =>
        message with { Part = message.Part with { Headers = [new HeaderField(":status", status), .. message.Part.Headers.Skip(1)] } };

    private static NoiseShape Only(NoiseLearning learning) => Assert.Single(learning.Mask!.Entries).Shape;
}
