using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Clock;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Tests.Clock;

/// <summary>What counts as a date near the recorded start, and what does not.</summary>
public sealed class RecordedDatesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<DateTimeOffset> Starts = Gen.Long[0, 4_000_000_000].Select(DateTimeOffset.FromUnixTimeSeconds);
    private static readonly Gen<int> Zones = Gen.Int[-12 * 4, 14 * 4].Select(quarters => quarters * 15);

    // A date in one of the forms that carry their zone, or mean one.
    private static readonly Gen<Func<DateTimeOffset, string>> ExactForms = Zones.SelectMany(minutes => Pick<Func<DateTimeOffset, string>>(
        time => Text(time.ToOffset(TimeSpan.FromMinutes(minutes)), "yyyy-MM-dd'T'HH:mm:sszzz"),
        time => Text(time.ToOffset(TimeSpan.FromMinutes(minutes)), "yyyy-MM-dd HH:mm:ss.fffzzz"),
        time => Text(time.ToUniversalTime(), "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'"),
        time => Text(time.ToUniversalTime(), "yyyy-MM-dd'T'HH:mm'Z'"),
        time => Text(time.ToUniversalTime(), "ddd, dd MMM yyyy HH:mm:ss 'GMT'"),
        time => Text(time.ToUniversalTime(), "ddd MMM d HH:mm:ss yyyy")));

    private static readonly Gen<Func<DateTimeOffset, string>> VagueForms = Zones.SelectMany(minutes => Pick<Func<DateTimeOffset, string>>(
        time => Text(time.ToOffset(TimeSpan.FromMinutes(minutes)), "yyyy-MM-dd"),
        time => Text(time.ToOffset(TimeSpan.FromMinutes(minutes)), "yyyy-MM-dd'T'HH:mm:ss")));

    private static readonly Gen<Func<DateTimeOffset, string>> Numbers = Pick<Func<DateTimeOffset, string>>(
        time => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        time => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        time => (time.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture));

    [Fact]
    public void AnyFormOfANearTime_IsFoundWhereItStands() =>
        Gen.Select(Starts, Gen.Double[-0.99, 0.99], Gen.OneOf(ExactForms, VagueForms)).Sample((start, days, form) =>
        {
            string date = form(start.AddDays(days));
            string body = JsonSerializer.Serialize(new { a = new object[] { 1, new { b = $"until {date}." } } });

            Assert.Equal([new RecordedDate("x response expires-at", date)], Find(start, "", ("expires-at", date)));
            Assert.Equal([new RecordedDate("x response $.a[1].b", date)], Find(start, body));
        });

    [Fact]
    public void AnyFormOfAFarTime_IsNotFound() =>
        Gen.Select(Starts, Gen.Double[1.01, 3000], Gen.Bool, ExactForms).Sample((start, days, isBefore, form) =>
            Assert.Empty(Find(start, JsonSerializer.Serialize(new { a = form(start.AddDays(isBefore ? -days : days)) }))));

    [Fact]
    public void VagueForms_OfATimeThreeDaysAway_AreNotFound() =>
        Gen.Select(Starts, Gen.Double[3, 3000], Gen.Bool, VagueForms).Sample((start, days, isBefore, form) =>
            Assert.Empty(Find(start, JsonSerializer.Serialize(new { a = form(start.AddDays(isBefore ? -days : days)) }))));

    [Fact]
    public void UnixTime_CountsAsANumberNearTheStartAlone() =>
        Gen.Select(Starts.Where(start => start.ToUnixTimeSeconds() > 1_000_000_000), Gen.Double[-20, 20].Where(days => Math.Abs(Math.Abs(days) - 1) > 0.01), Numbers).Sample((start, days, form) =>
        {
            string number = form(start.AddDays(days));

            Assert.Equal(Math.Abs(days) < 1 ? [new RecordedDate("x response $.a[0]", number)] : [], Find(start, $$"""{"a":[{{number}}]}"""));
        });

    [Fact]
    public void TruncatedJson_IsReadAsFarAsItCame() =>
        Gen.Select(Gen.Double[-0.9, 0.9], Numbers).Sample((days, form) =>
        {
            string number = form(Start.AddDays(days));

            Assert.Equal([new RecordedDate("x response body", number)], Find(Start, $$"""{"a":{{number}},"b":"cut of"""));
        });

    [Fact]
    public void OwnTimeOfAnAnswer_DoesNotCount()
    {
        Assert.Empty(Find(Start, "", ("date", "Sun, 01 Nov 2026 12:00:00 GMT")));
        Assert.Single(Find(Start, "", ("last-modified", "Sun, 01 Nov 2026 12:00:00 GMT")));
    }

    [Theory]
    [InlineData("set-cookie", "a=b; Expires=Sun, 01-Nov-2026 20:00:00 GMT; Path=/", "Sun, 01-Nov-2026 20:00:00 GMT")]
    [InlineData(":path", "/report?from=2026-11-01&to=2027-01-01", "2026-11-01")]
    [InlineData("x-time", "Sunday, 01-Nov-26 12:00:00 GMT", "Sunday, 01-Nov-26 12:00:00 GMT")]
    public void Headers_AreSearched(string name, string value, string date) => Assert.Equal([new RecordedDate($"x response {name}", date)], Find(Start, "", (name, value)));

    [Theory]
    [InlineData("order 20261101-1200 of item 2026-11-011")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("id 1793534400")]
    [InlineData("call 555-2026-11-01-7")]
    public void WhatOnlyLooksLikeADate_IsJudgedByItsBorders(string text) =>
        Assert.Equal(text.Contains("555", StringComparison.Ordinal) ? 1 : 0, Find(Start, JsonSerializer.Serialize(text)).Count);

    [Fact]
    public void NameOfAMember_MayBeADate() => Assert.Equal([new RecordedDate("x response $.2026-11-02", "2026-11-02")], Find(Start, """{"2026-11-02":5}"""));

    [Fact]
    public void PackedBody_IsUnpacked()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionMode.Compress, leaveOpen: true))
            gzip.Write("<a>2026-11-01T10:00:00Z</a>"u8);
        HttpMessagePart part = new() { Headers = [new HeaderField("content-encoding", "gzip")], Body = new BodyInfo() };

        Assert.Equal([new RecordedDate("x response body", "2026-11-01T10:00:00Z")], RecordedDates.Near([("x response", new Message(part, packed.ToArray()))], Start));
    }

    [Fact]
    public void AnyBytes_NeverThrow() =>
        Gen.Byte.Array[0, 200].Sample(bytes => Assert.NotNull(RecordedDates.Near([("x", new Message(new HttpMessagePart { Headers = [], Body = new BodyInfo() }, bytes))], Start)));

    private static IReadOnlyList<RecordedDate> Find(DateTimeOffset start, string body, params (string Name, string Value)[] headers)
    {
        HttpMessagePart part = new() { Headers = [.. headers.Select(header => new HeaderField(header.Name, header.Value))], Body = new BodyInfo() };
        return RecordedDates.Near([("x response", new Message(part, Encoding.UTF8.GetBytes(body)))], start);
    }

    private static Gen<T> Pick<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(index => choices[index]);

    private static string Text(DateTimeOffset time, string form) => time.ToString(form, CultureInfo.InvariantCulture);
}
