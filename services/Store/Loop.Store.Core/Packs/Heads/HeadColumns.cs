using Loop.Protocols.Exchanges.V1;

namespace Loop.Store.Core.Packs.Heads;

/// <summary>The heads of a segment of version 2 or 3: sizes of the four streams, then the streams.</summary>
internal static class HeadColumns
{
    // What a conversation repeats is near: its client and server views, the access-log entries of both.
    private const int MostCandidates = 16;

    /// <summary>The bytes, and how many of the first are noise, which nothing compresses.</summary>
    public static (byte[] Bytes, int NoiseEnd) Write(IReadOnlyList<HeadRow> rows, Func<int, int> bodySizes, bool hasChunks = false)
    {
        var writer = new HeadWriter { HasChunks = hasChunks };
        HeadRow[] given = [.. rows];
        int[] order = Order(given);
        rows = [.. order.Select(place => given[place])];
        for (int index = 0; index < order.Length; index++)
            writer.Number(order[index], index > 0 ? order[index - 1] + 1 : 0);
        writer.EndHead();
        for (int index = 0; index < rows.Count; index++)
            WriteOne(writer, rows, index, BestReference(writer, rows, index, bodySizes), bodySizes);
        (byte[] noise, byte[] flags, byte[] small, byte[] text) = writer.Streams;
        using var stream = new MemoryStream();
        using var binary = new BinaryWriter(stream);
        foreach (byte[] part in (byte[][])[noise, flags, small, text])
            binary.Write7BitEncodedInt(part.Length);
        binary.Write(noise);
        int noiseEnd = (int)stream.Length;
        binary.Write(flags);
        binary.Write(small);
        binary.Write(text);
        return (stream.ToArray(), noiseEnd);
    }

    /// <summary>The heads of <paramref name="count"/> exchanges.</summary>
    /// <exception cref="InvalidDataException">The bytes are not what <see cref="Write"/> makes.</exception>
    public static IReadOnlyList<HeadRow> Read(ReadOnlyMemory<byte> bytes, int count, Func<int, int> bodySizes, bool hasChunks = false)
    {
        using var binary = new BinaryReader(new MemoryStream(bytes.ToArray(), writable: false));
        int[] sizes = [binary.Read7BitEncodedInt(), binary.Read7BitEncodedInt(), binary.Read7BitEncodedInt(), binary.Read7BitEncodedInt()];
        long start = binary.BaseStream.Position;
        if (sizes.Any(size => size < 0) || start + sizes.Sum(size => (long)size) != bytes.Length)
            throw new InvalidDataException("the sizes of its heads do not add up");
        ReadOnlyMemory<byte> rest = bytes[(int)start..];
        var parts = new ReadOnlyMemory<byte>[sizes.Length];
        for (int index = 0; index < sizes.Length; index++)
            (parts[index], rest) = (rest[..sizes[index]], rest[sizes[index]..]);
        var reader = new HeadReader(parts[0], parts[1], parts[2], parts[3]) { HasChunks = hasChunks };
        var rows = new HeadRow[count];
        int[] order = new int[count];
        for (int index = 0; index < count; index++)
            order[index] = checked((int)reader.Number(0, index > 0 ? order[index - 1] + 1 : 0));
        reader.EndHead();
        for (int position = 0; position < count; position++)
        {
            int index = position;
            ulong distance = reader.Small(0);
            if (distance > (ulong)index)
                throw new InvalidDataException($"head {index} refers to one that is not there");
            rows[index] = HeadWalk.Code(reader, HeadWalk.Empty(), At(rows, index - (int)distance, index), head => Kin(rows, head, index), bodySizes);
            reader.EndHead();
        }

        if (!order.Order().SequenceEqual(Enumerable.Range(0, count)))
            throw new InvalidDataException("the order of its heads is none");
        Array.Sort(order, rows);
        return reader.IsAtEnd ? rows : throw new InvalidDataException("bytes are left behind its last head");
    }

    private static int BestReference(HeadWriter writer, IReadOnlyList<HeadRow> rows, int index, Func<int, int> bodySizes)
    {
        int best = index;
        int least = int.MaxValue;
        for (int candidate = index; candidate >= Math.Max(0, index - MostCandidates); candidate--)
        {
            HeadWriter.Mark mark = writer.Here;
            WriteOne(writer, rows, index, candidate, bodySizes);
            int cost = writer.CostSince(mark);
            writer.Back(mark);
            if (cost < least)
                (best, least) = (candidate, cost);
        }

        return best;
    }

    private static void WriteOne(HeadWriter writer, IReadOnlyList<HeadRow> rows, int index, int reference, Func<int, int> bodySizes)
    {
        writer.Small((ulong)(index - reference));
        HeadWalk.Code(writer, rows[index], At(rows, reference, index), head => Kin(rows, head, index), bodySizes);
        writer.EndHead();
    }

    // By start, the log's entry behind the exchange of the same start: so what is alike lies together, and most references are the same step back.
    private static int[] Order(HeadRow[] rows) =>
        [.. Enumerable.Range(0, rows.Length).OrderBy(index => HeadTimes.Of(rows[index].Head.StartedAt)).ThenBy(index => rows[index].Head.Input)];

    private static HeadRow Kin(IReadOnlyList<HeadRow> rows, ExchangeHead head, int index)
    {
        HeadRow? ofInput = null;
        for (int place = index - 1; place >= Math.Max(0, index - MostCandidates); place--)
        {
            if (rows[place].Head.Input != head.Input)
                continue;
            if (rows[place].Head.View == head.View)
                return rows[place];
            ofInput ??= rows[place];
        }

        return ofInput ?? HeadWalk.Blank;
    }

    // A head that refers to itself refers to none.
    private static HeadRow At(IReadOnlyList<HeadRow> rows, int place, int index) => place >= 0 && place < index ? rows[place] : HeadWalk.Blank;
}
