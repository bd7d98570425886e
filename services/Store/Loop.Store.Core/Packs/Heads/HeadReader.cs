using System.Buffers.Binary;
using System.Text;

namespace Loop.Store.Core.Packs.Heads;

/// <summary>Reads heads out of the four streams.</summary>
internal sealed class HeadReader(ReadOnlyMemory<byte> noise, ReadOnlyMemory<byte> flags, ReadOnlyMemory<byte> small, ReadOnlyMemory<byte> text) : HeadCoder
{
    private readonly int _mostOfAnything = checked((noise.Length + flags.Length + small.Length + text.Length) * 8);
    private ReadOnlyMemory<byte> _noise = noise;
    private ReadOnlyMemory<byte> _flags = flags;
    private ReadOnlyMemory<byte> _small = small;
    private ReadOnlyMemory<byte> _text = text;
    private int _bits;
    private int _bitCount;

    /// <summary>Whether every stream was read to its end.</summary>
    public bool IsAtEnd => _noise.IsEmpty && _flags.IsEmpty && _small.IsEmpty && _text.IsEmpty;

    /// <summary>Ends a head, as <see cref="HeadWriter.EndHead"/>.</summary>
    public void EndHead() => _bitCount = 0;

    /// <inheritdoc/>
    public override bool Flag(bool value)
    {
        if (_bitCount == 0)
            (_bits, _bitCount) = (Take(ref _flags, 1)[0], 8);
        bool isSet = (_bits & 1) == 0;
        _bits >>= 1;
        _bitCount--;
        return isSet;
    }

    /// <inheritdoc/>
    public override ulong Small(ulong value) => ReadNumber(ref _small);

    /// <inheritdoc/>
    public override ulong Noise(ulong value) => ReadNumber(ref _noise);

    /// <inheritdoc/>
    public override int Count(int value)
    {
        ulong count = Small(0);
        return count <= (ulong)_mostOfAnything ? (int)count : throw new InvalidDataException($"it counts {count} of something");
    }

    /// <inheritdoc/>
    public override string Words(string value)
    {
        var words = new StringBuilder();
        while (true)
        {
            int length = _text.Span.IndexOfAny("\n\0\u0001\u0002\u0003"u8);
            if (length < 0)
                throw new InvalidDataException("a text has no end");
            words.Append(Encoding.UTF8.GetString(Take(ref _text, length)));
            char mark = (char)Take(ref _text, 1)[0];
            if (mark == HeadText.End)
                return words.ToString();
            if (mark == HeadText.Escape)
                words.Append((char)Take(ref _text, 1)[0]);
            else if (mark == HeadText.Uuid)
                words.Append(HeadText.UuidOf(UuidDigits(out char version), version));
            else
                words.Append(Identifier(mark == HeadText.Short ? 8 : 16));
        }
    }

    /// <inheritdoc/>
    protected override ushort Port(ushort value) => BinaryPrimitives.ReadUInt16LittleEndian(Take(ref _noise, 2));

    private static ReadOnlySpan<byte> Take(ref ReadOnlyMemory<byte> stream, int length)
    {
        if (length > stream.Length)
            throw new InvalidDataException("a stream ends too early");
        ReadOnlySpan<byte> taken = stream.Span[..length];
        stream = stream[length..];
        return taken;
    }

    private static ulong ReadNumber(ref ReadOnlyMemory<byte> stream)
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(ref stream, 1)[0];
            number |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return number;
        }

        throw new InvalidDataException("a number does not end");
    }

    private string UuidDigits(out char version)
    {
        version = (char)Take(ref _text, 1)[0];
        return Identifier(16);
    }

    private string Identifier(int size)
    {
        ulong distance = Small(0);
        string digits = distance > 0 ? Ids.At(distance) : Ids.Add(Convert.ToHexStringLower(Take(ref _noise, size)));
        return digits.Length == size * 2 ? digits : throw new InvalidDataException("an identifier has another length");
    }
}
