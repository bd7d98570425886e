using System.Text.Json;
using System.Xml;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Reads a body by its media type into values with places. Total: what cannot be read is no tree, whatever its bytes are.</summary>
internal static class BodyTree
{
    // A form within a form within a form is an attack, not a message.
    private const int MaximumNesting = 4;

    /// <summary>The tree; null when the media type has no structure that is known here, or the body does not have it.</summary>
    public static BodyNode? Read(BodySource source)
    {
        try
        {
            return Read(source, new NodeBudget(), nesting: 0);
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            return null;
        }
    }

    /// <summary>The tree of a message whose content encoding is undone already.</summary>
    /// <param name="message">The message.</param>
    /// <param name="decoded">Its decoded body.</param>
    /// <param name="mediaType">As which media type it is read.</param>
    /// <param name="shape">Its protobuf type; null when unknown.</param>
    public static BodyNode? Of(Message message, byte[] decoded, string? mediaType, MessageShape? shape) => Read(new BodySource
    {
        Bytes = decoded,
        MediaType = mediaType,
        ContentType = message.Part.Header("content-type") ?? "",
        GrpcEncoding = message.Part.Header("grpc-encoding"),
        Shape = shape,
    });

    /// <summary>The same, for parts of a form.</summary>
    internal static BodyNode? Read(BodySource source, NodeBudget budget, int nesting)
    {
        if (nesting > MaximumNesting)
            throw new InvalidDataException("Parts are nested too deeply.");
        return source.MediaType switch
        {
            // gRPC may carry JSON, in frames.
            { } grpc when grpc.StartsWith("application/grpc", StringComparison.Ordinal) => GrpcTree.Read(source, budget),
            { } json when JsonTree.IsJson(json) => JsonTree.Read(source.Bytes, budget),
            { } xml when IsXml(xml) => XmlTree.Read(source.Bytes, budget),
            "application/x-www-form-urlencoded" => FormTree.Read(source.Bytes, budget),
            "multipart/form-data" or "multipart/mixed" or "multipart/related" => MultipartTree.Read(source, budget, nesting),
            "application/protobuf" or "application/x-protobuf" or "application/vnd.google.protobuf" => ProtobufTree.Read("message", source.Bytes, source.Shape, budget),
            _ => null,
        };
    }

    /// <summary>What the readers throw at bytes that are not what their media type says.</summary>
    internal static bool IsUnreadable(Exception error) =>
        error is JsonException or XmlException or InvalidDataException or InvalidOperationException or ArgumentException or NotSupportedException;

    private static bool IsXml(string mediaType) => mediaType is "application/xml" or "text/xml" || mediaType.EndsWith("+xml", StringComparison.Ordinal);
}

/// <summary>A body with what says how to read it.</summary>
internal sealed record BodySource
{
    public required byte[] Bytes { get; init; }

    /// <summary>Lower case, without parameters.</summary>
    public required string? MediaType { get; init; }

    /// <summary>With parameters.</summary>
    public required string ContentType { get; init; }

    public string? GrpcEncoding { get; init; }

    public MessageShape? Shape { get; init; }
}
