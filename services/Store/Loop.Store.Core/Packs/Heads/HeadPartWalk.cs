using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Loop.Protocols.Exchanges.V1;

namespace Loop.Store.Core.Packs.Heads;

/// <summary>The fields of a request or a response.</summary>
internal static class HeadPartWalk
{
    private static readonly MessagePart Nothing = new();

    /// <summary>Codes a part and the number of its body.</summary>
    /// <param name="coder">Direction and streams.</param>
    /// <param name="part">The part, or none.</param>
    /// <param name="body">Number of its body.</param>
    /// <param name="like">The reference's.</param>
    /// <param name="kin">That of the one whose form is alike.</param>
    /// <param name="likeBody">Number of the reference's body.</param>
    /// <param name="near">The time, in ticks, at which its headers are expected.</param>
    /// <param name="likeNear">The same of the reference.</param>
    /// <param name="bodySizes">Sizes by number.</param>
    public static (MessagePart? Part, int Body) Code(HeadCoder coder, MessagePart? part, int body, MessagePart? like, MessagePart? kin, int likeBody, long near, long likeNear, Func<int, int> bodySizes)
    {
        if (coder.Flag(part is null == like is null) == like is null)
            return (null, 0);
        part ??= new MessagePart();
        like ??= Nothing;
        CodeFields(coder, part.Headers, like.Headers, kin?.Headers ?? Nothing.Headers);
        CodeFields(coder, part.Trailers, like.Trailers, kin?.Trailers ?? Nothing.Trailers);
        body = (int)coder.Number(body, likeBody);
        part.BodyKeptBytes = coder.Number(part.BodyKeptBytes, body > 0 ? bodySizes(body) : 0);
        part.BodySizeBytes = coder.Number(part.BodySizeBytes, body > 0 ? part.BodyKeptBytes : like.BodySizeBytes);
        bool isCut = part.BodySizeBytes > part.BodyKeptBytes;
        part.BodyTruncated = coder.Flag(part.BodyTruncated == isCut) == isCut;
        part.BodyInexact = coder.Flag(part.BodyInexact == like.BodyInexact) == like.BodyInexact;
        long likeDistance = like.HeadersAt is null ? 0 : unchecked(HeadTimes.Of(like.HeadersAt) - likeNear);
        long? at = coder.OptionalTicks(HeadTimes.OfOptional(part.HeadersAt), like.HeadersAt is null ? null : unchecked(near + likeDistance));
        part.HeadersAt = at is { } ticks ? HeadTimes.Stamp(ticks) : null;
        if (coder.HasChunks)
            CodeChunks(coder, part, at ?? near);
        return (part, body);
    }

    // Each by what it is beyond the one before; the first by its distance from the headers.
    private static void CodeChunks(HeadCoder coder, MessagePart part, long at)
    {
        if (coder.Flag(part.Chunks.Count == 0))
            return;
        Chunk[] given = [.. part.Chunks];
        var coded = new Chunk[coder.Count(given.Length)];
        long offset = 0;
        for (int index = 0; index < coded.Length; index++)
        {
            offset = coder.Number(index < given.Length ? given[index].OffsetBytes : 0, offset);
            at = coder.Ticks(index < given.Length ? HeadTimes.Of(given[index].At) : 0, at);
            coded[index] = new Chunk { OffsetBytes = offset, At = HeadTimes.Stamp(at) };
        }

        part.Chunks.Clear();
        part.Chunks.AddRange(coded);
    }

    // Each field is told by its place in the reference's: mostly the next one with the same value.
    private static void CodeFields(HeadCoder coder, RepeatedField<Field> fields, RepeatedField<Field> like, RepeatedField<Field> kin)
    {
        if (coder.Flag(fields.Equals(like)))
        {
            Replace(fields, like);
            return;
        }

        if (kin.Count > 0 && coder.Flag(fields.Select(field => field.Name).SequenceEqual(kin.Select(field => field.Name))))
        {
            CodeValues(coder, fields, like, kin);
            return;
        }

        Field[] given = [.. fields];
        var coded = new Field[coder.Count(given.Length)];
        int next = 0;
        for (int index = 0; index < coded.Length; index++)
        {
            Field? field = index < given.Length ? given[index] : null;
            (int place, bool isSame) = Find(like, next, field);
            ulong token = coder.Small(place < 0 ? 0 : 1 + ((ulong)Distance(like.Count, next, place) << 1) + (isSame ? 0u : 1u));
            if (token == 0)
            {
                coded[index] = new Field { Name = coder.Words(field?.Name ?? ""), Value = Value(coder, field) };
                continue;
            }

            place = (int)(((ulong)next + ((token - 1) >> 1)) % (ulong)Math.Max(1, like.Count));
            if (place >= like.Count)
                throw new InvalidDataException("a field of a reference without fields");
            coded[index] = ((token - 1) & 1) == 0 ? like[place] : new Field { Name = like[place].Name, Value = Value(coder, field) };
            next = place + 1;
        }

        Replace(fields, coded);
    }

    // The same names in the same order as its kin: values are those of the reference, or the kin's.
    private static void CodeValues(HeadCoder coder, RepeatedField<Field> fields, RepeatedField<Field> like, RepeatedField<Field> kin)
    {
        Field[] given = [.. fields];
        var coded = new Field[kin.Count];
        for (int index = 0; index < coded.Length; index++)
        {
            Field? field = index < given.Length ? given[index] : null;
            Field near = like.FirstOrDefault(one => one.Name == kin[index].Name) ?? kin[index];
            coded[index] = coder.Flag(near.Value == field?.Value) ? near : new Field { Name = kin[index].Name, Value = Value(coder, field) };
        }

        Replace(fields, coded);
    }

    private static ByteString Value(HeadCoder coder, Field? field) =>
        ByteString.CopyFrom(Encoding.Latin1.GetBytes(coder.Words(field is null ? "" : Encoding.Latin1.GetString(field.Value.Span))));

    private static int Distance(int count, int next, int place) => (place - next + count) % count;

    // The same field if there is one, else one of that name; the nearest from here on, then from the start.
    private static (int Place, bool IsSame) Find(RepeatedField<Field> like, int next, Field? field)
    {
        if (field is null)
            return (-1, false);
        int named = -1;
        for (int step = 0; step < like.Count; step++)
        {
            int place = (next + step) % like.Count;
            if (like[place].Name != field.Name)
                continue;
            if (like[place].Value == field.Value)
                return (place, true);
            if (named < 0)
                named = place;
        }

        return (named, false);
    }

    private static void Replace(RepeatedField<Field> target, IEnumerable<Field> fields)
    {
        if (ReferenceEquals(target, fields))
            return;
        Field[] copy = [.. fields];
        target.Clear();
        target.AddRange(copy);
    }
}
