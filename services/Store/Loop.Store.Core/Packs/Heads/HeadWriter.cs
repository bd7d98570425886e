using System.Text;

namespace Loop.Store.Core.Packs.Heads;

/// <summary>Writes heads into the four streams. Can go back, to try another reference.</summary>
internal sealed class HeadWriter : HeadCoder
{
    private readonly List<byte> _noise = [];
    private readonly List<byte> _flags = [];
    private readonly List<byte> _small = [];
    private readonly List<byte> _text = [];
    private int _bits;
    private int _bitCount;

    /// <summary>A place to go back to.</summary>
    public readonly record struct Mark(int Noise, int Flags, int Small, int Text, int Ids, int Addresses);

    /// <summary>Where it is; only between heads.</summary>
    public Mark Here => new(_noise.Count, _flags.Count, _small.Count, _text.Count, Ids.Count, Addresses.Count);

    /// <summary>The streams.</summary>
    public (byte[] Noise, byte[] Flags, byte[] Small, byte[] Text) Streams => (_noise.ToArray(), _flags.ToArray(), _small.ToArray(), _text.ToArray());

    /// <summary>Roughly what was written since takes when it is compressed, in bytes: noise does not shrink, the rest to a half or less.</summary>
    public int CostSince(Mark mark) => _noise.Count - mark.Noise + ((_small.Count - mark.Small + _text.Count - mark.Text) / 2);

    /// <summary>Forgets what was written since.</summary>
    public void Back(Mark mark)
    {
        _noise.RemoveRange(mark.Noise, _noise.Count - mark.Noise);
        _flags.RemoveRange(mark.Flags, _flags.Count - mark.Flags);
        _small.RemoveRange(mark.Small, _small.Count - mark.Small);
        _text.RemoveRange(mark.Text, _text.Count - mark.Text);
        Ids.Cut(mark.Ids);
        Addresses.Cut(mark.Addresses);
    }

    /// <summary>Ends a head: the flags of the next begin with a byte of their own, so that heads alike have bytes alike.</summary>
    public void EndHead()
    {
        if (_bitCount > 0)
            _flags.Add((byte)_bits);
        (_bits, _bitCount) = (0, 0);
    }

    /// <inheritdoc/>
    public override bool Flag(bool value)
    {
        _bits |= value ? 0 : 1 << _bitCount;
        if (++_bitCount == 8)
            EndHead();
        return value;
    }

    /// <inheritdoc/>
    public override ulong Small(ulong value) => WriteNumber(_small, value);

    /// <inheritdoc/>
    public override ulong Noise(ulong value) => WriteNumber(_noise, value);

    /// <inheritdoc/>
    public override int Count(int value) => (int)Small((ulong)value);

    /// <inheritdoc/>
    public override string Words(string value)
    {
        int start = 0;
        for (int place = 0; place < value.Length;)
        {
            (char mark, int length, string digits, char version) = HeadText.Find(value.AsSpan(place));
            bool isEscaped = length == 0 && HeadText.IsMark(value[place]);
            if (length == 0 && !isEscaped)
            {
                place++;
                continue;
            }

            Write(value.AsSpan(start, place - start));
            if (isEscaped)
                Write([HeadText.Escape, value[place]]);
            else
                WriteIdentifier(mark, digits, version);
            place += Math.Max(1, length);
            start = place;
        }

        Write(value.AsSpan(start));
        _text.Add((byte)HeadText.End);
        return value;
    }

    /// <inheritdoc/>
    protected override ushort Port(ushort value)
    {
        _noise.Add((byte)value);
        _noise.Add((byte)(value >> 8));
        return value;
    }

    private static ulong WriteNumber(List<byte> stream, ulong value)
    {
        ulong rest = value;
        for (; rest >= 0x80; rest >>= 7)
            stream.Add((byte)(rest | 0x80));
        stream.Add((byte)rest);
        return value;
    }

    private void WriteIdentifier(char mark, string digits, char version)
    {
        if (mark == HeadText.Uuid)
            Write([mark, version]);
        else
            Write([mark]);
        ulong distance = Ids.DistanceOf(digits);
        Small(distance);
        if (distance > 0)
            return;
        Ids.Add(digits);
        _noise.AddRange(Convert.FromHexString(digits));
    }

    private void Write(ReadOnlySpan<char> text) => _text.AddRange(Encoding.UTF8.GetBytes(text.ToArray()));
}
