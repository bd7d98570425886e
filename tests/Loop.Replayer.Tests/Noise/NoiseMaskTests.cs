using System.Text.Json;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Comparison;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Noise;

public sealed class NoiseMaskTests
{
    private const string Recorded = """{"error":"card is null","expires":"2026-11-01T13:00:00.000Z","key":"1f3c9a70-7a8b-4f0e-8d5c-0123456789ab","score":0.5,"items":[1,2,3]}""";
    private const string Replayed = """{"error":"card is null","expires":"2026-11-01T13:06:00Z","key":"b81c2e3d-0000-4000-9000-000000000000","score":0.75,"items":[3,1,2]}""";

    private static readonly NoiseMask Mask = new(Runs.Key,
    [
        new NoiseEntry(Runs.Hop, "body $.expires", new NoiseShape.Time("yyyy-MM-ddTHH:mm:ssZ", 3600, 3601)),
        new NoiseEntry(Runs.Hop, "body $.key", new NoiseShape.Id(@"\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z")),
        new NoiseEntry(Runs.Hop, "body $.score", new NoiseShape.Number(false, 0.5)),
        new NoiseEntry(Runs.Hop, "body $.items", new NoiseShape.Order()),
    ]);

    [Fact]
    public void Noise_IsHiddenAndNamed()
    {
        Assert.Empty(Runs.Places(Mask, Recorded, Replayed));
        Assert.Equal(Sight.Same, Identity(Replayed).Sight);
    }

    [Theory]
    [InlineData("2026-11-01T13:06:00Z", "2026-13-01T13:06:00Z", "body $.expires")]
    [InlineData("2026-11-01T13:06:00Z", "Sun, 01 Nov 2026 13:06:00 GMT", "body $.expires")]
    [InlineData("2026-11-01T13:06:00Z", "2026-11-01T13:06:00+00:00", "body $.expires")]
    [InlineData("2026-11-01T13:06:00Z", "2026-11-01T14:06:00Z", "body $.expires")]
    [InlineData("2026-11-01T13:06:00Z", "", "body $.expires")]
    [InlineData("b81c2e3d-0000-4000", "b81c2e3d-0000-7000", "body $.key")]
    [InlineData("b81c2e3d-0000-4000", "B81C2E3D-0000-4000", "body $.key")]
    [InlineData("b81c2e3d-0000-4000-9000-000000000000", "b81c2e3d", "body $.key")]
    [InlineData("0.75", "1.25", "body $.score")]
    [InlineData("0.75", "\"0.75\"", "body $.score")]
    [InlineData("0.75", "null", "body $.score")]
    [InlineData("[3,1,2]", "[3,1,1]", "body $.items[*]")]
    [InlineData("[3,1,2]", "[3,1,2,2]", "body $.items[*]")]
    [InlineData("[3,1,2]", "[]", "body $.items[*]")]
    [InlineData("\"score\":0.75,", "", "body $.score")]
    [InlineData("card is null", "disk is full", "body $.error")]
    public void ChangeWithinAMaskedField_IsSeen(string before, string after, string place)
    {
        string changed = Replayed.Replace(before, after, StringComparison.Ordinal);
        Assert.Equal(place, Assert.Single(Runs.Places(Mask, Recorded, changed).Distinct()));
        Assert.Equal(Sight.OtherIdentity, Identity(changed).Sight);
    }

    [Theory]
    [InlineData("other route", "sha256:abc", "web live")]
    [InlineData("shop POST /checkout", "other build", "web live")]
    [InlineData("shop POST /checkout", "sha256:abc", "other plan")]
    public void Mask_OfAnotherKey_HidesNothing(string route, string build, string plan) =>
        Assert.Equal(4, Runs.Places(Mask, Recorded, Replayed, new NoiseKey(route, build, plan)).Select(place => place.Split('[')[0]).Distinct().Count());

    [Fact]
    public void Mask_OfAnotherHop_HidesNothing() =>
        Assert.NotEmpty(Runs.Places(Mask with { Entries = [.. Mask.Entries.Select(entry => entry with { Hop = "web POST /checkout #2" })] }, Recorded, Replayed));

    [Fact]
    public void Mask_ThroughJson_IsTheSame()
    {
        string json = JsonSerializer.Serialize(Mask);
        NoiseMask read = JsonSerializer.Deserialize<NoiseMask>(json)!;
        Assert.Equal(json, JsonSerializer.Serialize(read));
        Assert.Equal(Mask.Name, read.Name);
        Assert.Equal(Mask.Entries, read.Entries);
        Assert.Empty(Runs.Places(read, Recorded, Replayed));
    }

    [Theory]
    [InlineData("[0-9]+")]
    [InlineData(@"\A[0-9\z")]
    [InlineData(@"\A(?=x)\z")]
    [InlineData("")]
    public void Mask_WithAnUnsoundPattern_IsRefused(string pattern)
    {
        NoiseMask mask = new(Runs.Key, [new NoiseEntry(Runs.Hop, "body $.key", new NoiseShape.Id(pattern))]);
        Assert.Single(mask.Under(Runs.Key).Refused);
        Assert.Equal(["body $.key"], Runs.Places(mask, """{"key":"1"}""", """{"key":"2"}"""));
    }

    [Fact]
    public void Name_TellsMasksApartAndNotTheirOrder()
    {
        Assert.Equal(Mask.Name, (Mask with { Entries = [.. Mask.Entries.Reverse()] }).Name);
        Assert.NotEqual(Mask.Name, (Mask with { Entries = [.. Mask.Entries.Skip(1)] }).Name);
        Assert.NotEqual(Mask.Name, (Mask with { Key = Runs.Key with { Build = "x" } }).Name);
    }

    [Fact]
    public void MaskedShare_CountsValues()
    {
        Assert.Equal(6.0 / 7, Mask.Under(Runs.Key).MaskedShare(Runs.Hop, Bodies.Json(Recorded)));
        Assert.Equal(6.0 / 7, Identity(Replayed).MaskedShare);
        Assert.Equal(0, NoiseFilter.None.MaskedShare(Runs.Hop, Bodies.Json(Recorded)));
    }

    [Fact]
    public void AnyMask_OverACause_IsRefused() => Gen.Select(Causes, Shapes).Sample((cause, shape) =>
    {
        (string place, string recorded, string replayed) = cause;
        NoiseMask mask = new(Runs.Key, [new NoiseEntry(Runs.Hop, place, shape)]);
        Assert.Equal(place, Assert.Single(mask.Under(Runs.Key).Refused).Place);
        Assert.NotEmpty(Runs.Places(mask, recorded, replayed));
        Assert.Equal([place], IdentityMask.Over(Runs.Rules(mask), Runs.Hop).Refused);
    });

    [Theory]
    [InlineData("status")]
    [InlineData("grpc-status")]
    [InlineData("header content-type")]
    [InlineData("trailer grpc-message")]
    [InlineData("request body $.error")]
    [InlineData("body")]
    [InlineData("body line 1")]
    [InlineData("body form.errorCode")]
    [InlineData("body form order")]
    [InlineData("body part.a header content-type")]
    [InlineData("body message[0].1")]
    [InlineData("body message[0]")]
    [InlineData("body message[0].error.id")]
    [InlineData("body /fault/id[1]/text()")]
    [InlineData("body $['it\\'s an error'].x")]
    public void MayVary_OfACause_IsFalse(string place) => Assert.False(NoiseFilter.MayVary(place));

    [Theory]
    [InlineData("header location")]
    [InlineData("body form.createdAt")]
    [InlineData("body part.order $.id")]
    [InlineData("body message[0].order.id")]
    [InlineData("body /order/@id")]
    [InlineData("request body $.messageId")]
    public void MayVary_OfAnyOtherField_IsTrue(string place) => Assert.True(NoiseFilter.MayVary(place));

    // A cause field with a value that each shape would admit: only its name keeps it from being hidden.
    private static Gen<(string Place, string Recorded, string Replayed)> Causes =>
        from name in Gen.Int[0, 6].Select(index => new[] { "error", "code", "message", "error_code", "declineReason", "exception class", "stackTrace" }[index])
        from above in Gen.Bool
        let step = name.Contains(' ', StringComparison.Ordinal) ? $"['{name}']" : $".{name}"
        select above
            ? ($"body ${step}.x", $$$"""{"{{{name}}}":{"x":"2026-11-01T13:00:00Z"}}""", $$$"""{"{{{name}}}":{"x":"2026-11-01T13:06:00Z"}}""")
            : ($"body ${step}", $$"""{"{{name}}":"2026-11-01T13:00:00Z"}""", $$"""{"{{name}}":"2026-11-01T13:06:00Z"}""");

    private static Gen<NoiseShape> Shapes => Gen.Int[0, 3].Select(index => new NoiseShape[]
    {
        new NoiseShape.Time("yyyy-MM-ddTHH:mm:ssZ", null, null), new NoiseShape.Id(@"\A.*\z"), new NoiseShape.Number(false, 1e9), new NoiseShape.Order(),
    }[index]);

    private static IdentityComparison Identity(string replayed) =>
        IdentityComparison.Of(Of(Recorded), Of(replayed), IdentityMask.Over(Runs.Rules(Mask), Runs.Hop));

    private static StrictIdentity Of(string body)
    {
        Exchange exchange = new Recording().Exchange(1, "web", ExchangeView.Server, "POST", "/checkout", 500, body);
        return StrictIdentity.Of("p", exchange, Bodies.Json(body), []);
    }
}
