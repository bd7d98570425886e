using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Noise;

/// <summary>Every value that a request brings along: what an answer repeats of it is no noise of the service.</summary>
internal static class RequestValues
{
    private static readonly char[] Separators = ['/', '?', '&', '=', ';', ',', ' '];

    public static HashSet<string> Of(Message request, MessageShape? shape)
    {
        HashSet<string> values = new(StringComparer.Ordinal);
        foreach (HeaderField field in request.Part.Headers)
        {
            values.Add(field.Value);
            // Segments of the path, values of the query, of cookies and of lists.
            values.UnionWith(field.Value.Split(Separators, StringSplitOptions.RemoveEmptyEntries).SelectMany(part => new[] { part, Uri.UnescapeDataString(part) }));
        }

        if (request.Body.IsEmpty)
            return values;
        byte[] bytes = ContentDecoding.Decode(request.Body, request.Part.Header("content-encoding")) ?? request.Body.ToArray();
        if (BodyTree.Of(request, bytes, request.MediaType, shape) is { } tree)
            values.UnionWith(tree.Leaves("").Select(leaf => leaf.Leaf.Value));
        else
            values.UnionWith(LeafText.Lenient(bytes).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return values;
    }
}
