using System.Text.Encodings.Web;
using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Events;

namespace Loop.Store.Core.Documents;

/// <summary>Writes documents, and reads them back into what a store keeps. Every fault says what it is and what would mend it.</summary>
public static class ConversationDocuments
{
    private const int FirstSegment = 1;

    // People review these files: no \u0022 where a quote would do. Nothing of them is ever put into a page.
    private static readonly JsonSerializerOptions Json = new(StoreJson.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document of a sealed conversation.</summary>
    /// <param name="conversation">Its fold.</param>
    /// <param name="facts">Its stream.</param>
    /// <param name="exchanges">Its exchanges as they are stored, in the order of their facts.</param>
    /// <param name="bodies">SHA-256 → bytes, of all bodies that the exchanges name.</param>
    public static byte[] Write(Conversation conversation, IReadOnlyList<ConversationEvent> facts, IReadOnlyList<Exchange> exchanges, IReadOnlyDictionary<string, byte[]> bodies)
    {
        var document = new ConversationDocument
        {
            Format = ConversationDocument.FormatName,
            Version = ConversationDocument.CurrentVersion,
            Id = conversation.Id!.Value.Value,
            // Places as they are in a pack of one segment, so that a store which took it in writes the same document again.
            Events = [.. FactPlaces.In(FirstSegment, facts, exchanges).Select(fact => new DocumentEvent(EventNames.Of(fact.GetType()), JsonSerializer.SerializeToElement(fact, fact.GetType(), StoreJson.Options)))],
            Exchanges = exchanges,
            Bodies = [.. bodies.OrderBy(body => body.Key, StringComparer.Ordinal).Select(body => BodyWriting.Write(body.Key, body.Value))],
        };
        return JsonSerializer.SerializeToUtf8Bytes(document, Json);
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="DocumentRefusedException">It is none, is damaged, or a newer Loop wrote it.</exception>
    public static ImportedConversation Read(ReadOnlySpan<byte> json)
    {
        ConversationDocument document = Parse(json);
        List<ConversationEvent> facts = [.. document.Events.Select(Fact)];
        Conversation conversation = Fold(facts);
        if (conversation.State is not ConversationState.Sealed || conversation.Id?.Value != document.Id)
            throw new DocumentRefusedException($"the events are not those of a sealed conversation {document.Id}");
        Dictionary<ExchangeId, Exchange> exchanges = document.Exchanges.DistinctBy(exchange => exchange.Id).ToDictionary(exchange => exchange.Id);
        if (conversation.RecordedIds.FirstOrDefault(id => !exchanges.ContainsKey(id)) is { Node: not null } missing)
            throw new DocumentRefusedException($"the exchange {missing}, which an event names, is missing");
        Dictionary<string, byte[]> bodies = Bodies(document);
        CapturedExchange[] captured = [.. conversation.Recorded.Select(place => Captured(exchanges[place.Id], bodies))];
        return new ImportedConversation(conversation.Id.Value, facts, captured);
    }

    private static ConversationDocument Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            // The version first: what a newer one looks like is not known.
            DocumentMark mark = JsonSerializer.Deserialize<DocumentMark>(json, StoreJson.Options) ?? throw new DocumentRefusedException("it is null");
            if (mark.Format != ConversationDocument.FormatName)
                throw new DocumentRefusedException($"its format is '{mark.Format}', not {ConversationDocument.FormatName}");
            if (mark.Version > ConversationDocument.CurrentVersion)
                throw new DocumentRefusedException($"its version is {mark.Version}, and this Loop reads up to {ConversationDocument.CurrentVersion}: a newer Loop wrote it", isNewer: true);
            if (mark.Version < 1)
                throw new DocumentRefusedException($"its version is {mark.Version}; versions begin at 1");
            return JsonSerializer.Deserialize<ConversationDocument>(json, StoreJson.Options)!;
        }
        catch (JsonException exception)
        {
            throw new DocumentRefusedException($"it cannot be read: {exception.Message}");
        }
    }

    private static ConversationEvent Fact(DocumentEvent stored)
    {
        Type type = EventNames.TypeOf(stored.Type) ?? throw new DocumentRefusedException($"this Loop does not know events of type {stored.Type}: a newer Loop wrote it", isNewer: true);
        try
        {
            return stored.Data.Deserialize(type, StoreJson.Options) as ConversationEvent ?? throw new DocumentRefusedException($"an event {stored.Type} is no fact of a conversation");
        }
        catch (JsonException exception)
        {
            throw new DocumentRefusedException($"an event {stored.Type} is damaged: {exception.Message}");
        }
    }

    private static Conversation Fold(List<ConversationEvent> facts)
    {
        if (facts is not [ConversationKept, ..] || facts.OfType<ConversationKept>().Count() > 1)
            throw new DocumentRefusedException("its first event is not that it was kept");
        return Conversation.Fold(facts);
    }

    private static Dictionary<string, byte[]> Bodies(ConversationDocument document)
    {
        var bodies = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (DocumentBody body in document.Bodies)
            bodies[body.Sha256] = BodyWriting.Read(body) ?? throw new DocumentRefusedException($"the body {body.Sha256} has other bytes than its name says: it was changed");
        return bodies;
    }

    private static CapturedExchange Captured(Exchange exchange, Dictionary<string, byte[]> bodies) => new(exchange, Body(exchange, exchange.Request, bodies), Body(exchange, exchange.Response, bodies));

    private static byte[] Body(Exchange exchange, HttpMessagePart? part, Dictionary<string, byte[]> bodies)
    {
        if (part?.Body.Sha256 is not { } sha256)
            return [];
        return bodies.TryGetValue(sha256, out byte[]? bytes) ? bytes : throw new DocumentRefusedException($"the body {sha256} of exchange {exchange.Id} is missing");
    }

    private sealed record DocumentMark(string Format, int Version);
}

/// <summary>A conversation that was read from a document.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Facts">Its stream, with the places of the store that wrote it.</param>
/// <param name="Exchanges">Its exchanges in the order of their facts.</param>
public sealed record ImportedConversation(ConversationId Id, IReadOnlyList<ConversationEvent> Facts, IReadOnlyList<CapturedExchange> Exchanges)
{
    /// <summary>The stream with the exchanges in one segment of this store's own pack, in their order.</summary>
    public IReadOnlyList<ConversationEvent> In(int segment) => FactPlaces.In(segment, Facts, [.. Exchanges.Select(exchange => exchange.Head)]);
}

/// <summary>A document that cannot be taken in; the message says why.</summary>
public sealed class DocumentRefusedException(string fact, bool isNewer = false) : Exception(fact)
{
    /// <summary>True when a newer Loop wrote it.</summary>
    public bool IsNewer => isNewer;
}
