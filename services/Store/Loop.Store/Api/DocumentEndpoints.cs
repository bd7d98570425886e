using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Core.Documents;
using Loop.Store.Core.ReadModels;
using Loop.Store.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Loop.Store.Api;

/// <summary>Conversations as files: out of one store and into another.</summary>
internal static class DocumentEndpoints
{
    // A conversation's pack is capped at 64 MiB; a binary body grows by a third in base64.
    private const long MaxDocumentBytes = 256 * 1024 * 1024;

    public static async Task<IResult> Export(string id, ConversationLookup lookup, ConversationExporter exporter, CancellationToken cancellationToken)
    {
        (ConversationDetail? detail, IResult? refusal) = await lookup.Find(id, cancellationToken);
        if (refusal is not null)
            return refusal;
        return detail!.State is ConversationState.Sealed
            ? Results.Bytes(await exporter.Export(detail.Id, cancellationToken), "application/json")
            : ApiProblems.Problem(StatusCodes.Status409Conflict, "Still being collected", $"Conversation {detail.Id} is not sealed yet. Wait some seconds, until loopctl show prints it as sealed, and try again.");
    }

    public static async Task<IResult> Import(HttpContext http, ConversationImporter importer, IConversationIndex index, CancellationToken cancellationToken)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MaxDocumentBytes;
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, cancellationToken);
        ImportedConversation imported;
        try
        {
            imported = ConversationDocuments.Read(body.GetBuffer().AsSpan(0, (int)body.Length));
        }
        catch (DocumentRefusedException refused)
        {
            return refused.IsNewer
                ? ApiProblems.Problem(StatusCodes.Status422UnprocessableEntity, "Document of a newer version", $"{Sentence(refused)} Start that Loop or a later one.")
                : ApiProblems.BadRequest("Malformed document", $"{Sentence(refused)} Send what GET /api/v1/conversations/{{id}}/export answered, unchanged.");
        }

        ImportOutcome outcome = await importer.Import(imported, cancellationToken);
        if (outcome is ImportOutcome.DiffersFromKept)
            return ApiProblems.Problem(StatusCodes.Status409Conflict, "Another content is kept", $"A conversation {imported.Id} is kept here with other exchanges. Import it into a store of its own.");
        return Results.Json(await index.Get(imported.Id.Value, cancellationToken), ApiJson.Options, statusCode: outcome is ImportOutcome.Imported ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static string Sentence(DocumentRefusedException refused) => $"The document is refused: {refused.Message}.";
}
