using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loop.Contracts.Conversations;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Documents;
using Xunit;

namespace Loop.Store.Core.Tests.Documents;

public sealed class ConversationDocumentsTests
{
    private static string Fixture => Path.Combine(AppContext.BaseDirectory, "fixtures", "document-v1.json");

    [Fact]
    public void Write_OfTheSample_IsTheDocumentOfThatTime()
    {
        if (Environment.GetEnvironmentVariable("LOOP_WRITE_FIXTURES") is { Length: > 0 } target)
            File.WriteAllBytes(Path.Combine(target, "document-v1.json"), DocumentSample.Document);
        Assert.Equal(File.ReadAllText(Fixture), Encoding.UTF8.GetString(DocumentSample.Document));
    }

    [Fact]
    public void Read_OfTheDocumentOfThatTime_GivesFactsAndExchangesInOneSegment()
    {
        ImportedConversation imported = ConversationDocuments.Read(File.ReadAllBytes(Fixture));

        Assert.Equal(DocumentSample.Exchanges.Select(Json), imported.Exchanges.Select(exchange => Json(exchange.Head)));
        Assert.Equal([(0, 1), (0, 2)], imported.Exchanges.Select(exchange => (Index(exchange.RequestBody), Index(exchange.ResponseBody))));
        Conversation conversation = Conversation.Fold(imported.In(9));
        Conversation original = Conversation.Fold(DocumentSample.Facts);
        Assert.Equal([(9, 0, false), (9, 1, true)], conversation.Recorded.Select(place => (place.Segment, place.Ordinal, place.Late)));
        Assert.Equal((original.State, original.Control, original.Assertions[0], 0), (conversation.State, conversation.Control, conversation.Assertions[0], conversation.OpenIds.Count));
        Assert.DoesNotContain(imported.In(9), fact => fact is ConversationCompacted);
    }

    [Theory]
    [InlineData("$.version = 2", "its version is 2, and this Loop reads up to 1: a newer Loop wrote it")]
    [InlineData("$.version = 0", "versions begin at 1")]
    [InlineData("$.format = 'other'", "its format is 'other'")]
    [InlineData("$.events[1].type = 'loop.conversation.dreamt.v1'", "does not know events of type loop.conversation.dreamt.v1: a newer Loop wrote it")]
    [InlineData("$.events[1].type = 'loop.replay.answered.v1'", "damaged")]
    [InlineData("$.events[4].type = 'loop.conversation.merged.v1'", "damaged")]
    [InlineData("$.id = 'aaaabbbbcccc'", "not those of a sealed conversation aaaabbbbcccc")]
    [InlineData("$.events[0]", "its first event is not that it was kept")]
    [InlineData("$.events[4]", "not those of a sealed conversation")]
    [InlineData("$.exchanges[1]", "the exchange node-a/1000/2, which an event names, is missing")]
    [InlineData("$.bodies[0]", "is missing")]
    [InlineData("$.bodies[0].sha256 = '00'", "has other bytes than its name says")]
    [InlineData("$.bodies[0].text = 'x'", "has other bytes than its name says")]
    [InlineData("$.exchanges[0].view = 'sideways'", "cannot be read")]
    [InlineData("$.bodies", "cannot be read")]
    public void Read_OfAChangedDocument_SaysWhatIsWrong(string change, string expected)
    {
        DocumentRefusedException refused = Assert.Throws<DocumentRefusedException>(() => ConversationDocuments.Read(Encoding.UTF8.GetBytes(Changed(change))));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Equal(expected.Contains("newer Loop", StringComparison.Ordinal), refused.IsNewer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"format\":\"loop-conversation\"")]
    [InlineData("{\"version\":1}")]
    public void Read_OfNoDocument_SaysThatItIsNone(string text) => Assert.Throws<DocumentRefusedException>(() => ConversationDocuments.Read(Encoding.UTF8.GetBytes(text)));

    private static int Index(ReadOnlyMemory<byte> body) => Array.FindIndex(DocumentSample.Bodies, known => body.Span.SequenceEqual(known));

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, StoreJson.Options);

    // "$.a[0].b = 'text'" sets, "$.a[0]" removes.
    private static string Changed(string change)
    {
        JsonObject root = JsonNode.Parse(File.ReadAllText(Fixture))!.AsObject();
        string[] sides = change.Split(" = ");
        string[] steps = sides[0][2..].Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');
        JsonNode parent = steps[..^1].Aggregate((JsonNode)root, (node, step) => node is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : node[step]!);
        if (sides.Length == 1 && parent is JsonArray items)
            items.RemoveAt(int.Parse(steps[^1], System.Globalization.CultureInfo.InvariantCulture));
        else if (sides.Length == 1)
            parent.AsObject().Remove(steps[^1]);
        else
            parent[steps[^1]] = sides[1].StartsWith('\'') ? sides[1].Trim('\'') : int.Parse(sides[1], System.Globalization.CultureInfo.InvariantCulture);
        return root.ToJsonString();
    }
}
