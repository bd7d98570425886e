using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.WhatIfs;

namespace Loop.Replayer.Tests.WhatIfs;

public sealed class EditTests
{
    [Theory]
    [InlineData("payments#1 response $.total=0", """{ "total" : 0, "a":[1, {"b c":"x"}] }""")]
    [InlineData("payments#1 response $.total=paid", """{ "total" : "paid", "a":[1, {"b c":"x"}] }""")]
    [InlineData("payments#1 response $.total=\"1\"", """{ "total" : "1", "a":[1, {"b c":"x"}] }""")]
    [InlineData("payments#1 response $.total={\"x\": [1]}", """{ "total" : {"x": [1]}, "a":[1, {"b c":"x"}] }""")]
    [InlineData("payments#1 response $.a[1]['b c']=y = z", """{ "total" : 12.50, "a":[1, {"b c":"y = z"}] }""")]
    [InlineData("payments POST /charge #1 response $.a[0]=null", """{ "total" : 12.50, "a":[null, {"b c":"x"}] }""")]
    [InlineData("3 response $=[]", "[]")]
    public void Apply_Place_IsSetAndNothingElse(string text, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(Edited(text, Json("""{ "total" : 12.50, "a":[1, {"b c":"x"}] }""")).Body.Span));

    [Fact]
    public void Apply_Header_TakesThePlaceOfAllOfItsName()
    {
        Message edited = Edited("entry request header X-Tenant=b c", Json("{}", new HeaderField("x-tenant", "a"), new HeaderField("x-tenant", "z")));

        Assert.Equal(["b c"], edited.Part.Headers.Where(field => field.Name == "x-tenant").Select(field => field.Value));
        Assert.Equal("{}", Encoding.UTF8.GetString(edited.Body.Span));
    }

    [Theory]
    [InlineData("payments#1", "does not say what is set")]
    [InlineData("payments#1 respnse $.a=1", "'respnse' is no side of a call; did you mean response?")]
    [InlineData("payments#1 response", "is neither")]
    [InlineData("payments#1 response $.a", "'$.a' is neither $.path=VALUE nor header NAME=VALUE")]
    [InlineData("payments#1 response a=1", "is neither")]
    [InlineData("payments#1 response header=1", "is neither")]
    [InlineData("", "names no call")]
    public void Parse_BadInput_IsRefusedWithWhy(string text, string why)
    {
        Assert.False(EditText.TryParse(text, out _, out string? wrong));
        Assert.Contains(why, wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p response $.b=1", """{"a":1}""", "holds no value at $.b")]
    [InlineData("p response $.a[0]=1", """{"a":1}""", "holds no value at $.a[0]")]
    [InlineData("p response $.a=1", "no json", "holds no value at $.a")]
    [InlineData("p response $.a=1", """{"a":1,"a":2}""", "cannot be told from other members of that name")]
    [InlineData("p response header content-length=3", "{}", "content-length is set by the replay itself")]
    [InlineData("p request header x-id=loop:abc", "{}", "redaction token")]
    [InlineData("p request header Authorization=Bearer x", "{}", "authorization holds a secret, and edits are kept with the replay as typed")]
    [InlineData("p request header x(y=1", "{}", "is not the name of a header")]
    [InlineData("p request header x=\u0001", "{}", "holds characters that a header cannot carry")]
    public void Apply_WhatCannotBe_IsRefusedWithWhy(string text, string body, string why)
    {
        Assert.True(EditText.TryParse(text, out EditText? edit, out _));
        Assert.Contains(why, edit.Edit.Apply(Json(body)).Wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_BodyNotKeptInFull_IsRefused()
    {
        Message cut = Json("""{"a":1}""");
        cut = cut with { Part = cut.Part with { Body = cut.Part.Body with { Truncated = true } } };
        Assert.True(EditText.TryParse("p response $.a=2", out EditText? edit, out _));

        Assert.Equal("its body was not kept in full", edit.Edit.Apply(cut).Wrong);
    }

    [Fact]
    public void Apply_EncodedBody_KeepsEncodingAndGetsLengthAndTag()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write("""{"a":1}"""u8);
        byte[] wire = packed.ToArray();
        string tag = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(wire));
        Message edited = Edited("p response $.a=200000", new Message(
            new HttpMessagePart { Headers = [new("content-type", "application/json"), new("content-encoding", "gzip"), new("content-length", $"{wire.Length}"), new("etag", $"\"{tag}\"")], Body = BodyInfo.Empty }, wire));

        Assert.Equal("""{"a":200000}""", Encoding.UTF8.GetString(ContentDecoding.Decode(edited.Body, "gzip")!));
        Assert.Equal($"{edited.Body.Length}", edited.Part.Header("content-length"));
        Assert.Equal($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(edited.Body.Span))}\"", edited.Part.Header("etag"));
    }

    /// <summary>Of any JSON, any place that it has: the value is there afterwards, and with the old value put back nothing ever happened.</summary>
    [Fact]
    public void Apply_AnyPlaceOfAnyJson_ChangesNothingElse() => Gen.Select(Trees(3), Gen.Int[0, 1000], Values).Sample((tree, choice, value) =>
    {
        JsonNode root = new JsonObject { ["r"] = tree };
        string text = root.ToJsonString(new JsonSerializerOptions { WriteIndented = choice % 2 == 0 });
        string[] places = [.. Places(root, "$")];
        string place = places[choice % places.Length];
        Message edited = Edited($"p response {place}={value}", Json(text));
        string old = At(root, place)?.ToJsonString() ?? "null";

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(value), At(JsonNode.Parse(edited.Body.Span)!, place)));
        Assert.True(JsonNode.DeepEquals(root, JsonNode.Parse(Edited($"p response {place}={old}", edited).Body.Span)), $"{text} at {place}");
        // All bytes around the place stay: of the old value, which has other bytes, nothing else can be gone.
        string marked = Encoding.UTF8.GetString(Edited($"p response {place}=\"#\"", Json(text)).Body.Span);
        Assert.Equal(marked.Replace("\"#\"", value, StringComparison.Ordinal), Encoding.UTF8.GetString(edited.Body.Span));
        Assert.True(marked.Split("\"#\"") is [var before, var behind] && text.StartsWith(before, StringComparison.Ordinal) && text.EndsWith(behind, StringComparison.Ordinal));
    }, iter: 3000);

    private static Gen<string> Values => OneOf("0", "-1.50", "true", "null", "\"x y\"", "[]", "{\"n\":[1]}");

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static Gen<JsonNode?> Trees(int depth)
    {
        Gen<JsonNode?> leaf = Gen.OneOf(
            Gen.Int.Select(number => (JsonNode?)number), Gen.String[Gen.Char.AlphaNumeric, 0, 5].Select(word => (JsonNode?)word), Gen.Bool.Select(flag => (JsonNode?)flag), Gen.Const((JsonNode?)null));
        if (depth == 0)
            return leaf;
        Gen<JsonNode?> items = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 100]).SelectMany((count, _) => Trees(depth - 1).Array[count].Select(list => (JsonNode?)new JsonArray([.. list.Select(one => one?.DeepClone())])));
        Gen<JsonNode?> members = Gen.Select(OneOf("a", "b c", "d-e", "f_1").Array[0, 4], Trees(depth - 1)).Select((names, child) =>
            (JsonNode?)new JsonObject(names.Distinct().Select(name => KeyValuePair.Create(name, child?.DeepClone()))));
        return Gen.OneOf(leaf, items, members);
    }

    private static IEnumerable<string> Places(JsonNode? node, string place) => node switch
    {
        JsonObject members => members.SelectMany(member => Places(member.Value, $"{place}['{member.Key}']")).Prepend(place),
        JsonArray items => items.SelectMany((item, index) => Places(item, $"{place}[{index}]")).Prepend(place),
        _ => [place],
    };

    private static JsonNode? At(JsonNode? root, string place)
    {
        foreach (string step in place[1..].Split('[', StringSplitOptions.RemoveEmptyEntries).Select(step => step.TrimEnd(']')))
            root = step[0] == '\'' ? root![step.Trim('\'')] : root![int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)];
        return root;
    }

    private static Message Edited(string text, Message message)
    {
        Assert.True(EditText.TryParse(text, out EditText? edit, out string? wrong), wrong);
        (Message? changed, wrong) = edit.Edit.Apply(message);
        Assert.True(changed is not null, wrong);
        return changed;
    }

    private static Message Json(string body, params HeaderField[] headers)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        return new Message(new HttpMessagePart { Headers = [new("content-type", "application/json"), .. headers], Body = new BodyInfo { SizeBytes = bytes.Length, KeptBytes = bytes.Length } }, bytes);
    }
}
