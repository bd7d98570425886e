using System.Globalization;

namespace Loop.Store.Core.Packs.Heads;

/// <summary>
/// The values of heads in four streams, in both directions: a writer takes the given value and returns it, a reader ignores what is given and returns what
/// was written. So one walk over a head (<see cref="HeadWalk"/>) is the encoder and the decoder, which cannot drift apart.
/// Streams and forms: <c>docs/formats/pack-v2.md</c>.
/// </summary>
internal abstract class HeadCoder
{
    /// <summary>Identifiers so far.</summary>
    protected SeenTexts Ids { get; } = new();

    /// <summary>Addresses so far.</summary>
    protected SeenTexts Addresses { get; } = new();

    /// <summary>True in version 3, which tells the chunks of bodies.</summary>
    public bool HasChunks { get; init; }

    /// <summary>One bit.</summary>
    public abstract bool Flag(bool value);

    /// <summary>A number that is small or repeats.</summary>
    public abstract ulong Small(ulong value);

    /// <summary>A number that does not repeat: the low digits of a time.</summary>
    public abstract ulong Noise(ulong value);

    /// <summary>Text; identifiers in it are set apart.</summary>
    public abstract string Words(string value);

    /// <summary>A number, often the predicted one.</summary>
    public long Number(long value, long predicted) =>
        Flag(value == predicted) ? predicted : unchecked(predicted + Signed(Small(Unsigned(unchecked(value - predicted)))));

    /// <summary>A time or duration in ticks, often near the predicted one.</summary>
    public long Ticks(long value, long predicted) =>
        Flag(value == predicted) ? predicted : unchecked(predicted + Signed(Noise(Unsigned(unchecked(value - predicted)))));

    /// <summary>As <see cref="Ticks"/>, or nothing.</summary>
    public long? OptionalTicks(long? value, long? predicted) =>
        Flag(value.HasValue == predicted.HasValue) == predicted.HasValue ? Ticks(value ?? 0, predicted ?? 0) : null;

    /// <summary>As <see cref="Number"/>, or nothing.</summary>
    public long? OptionalNumber(long? value, long? predicted) =>
        Flag(value.HasValue == predicted.HasValue) == predicted.HasValue ? Number(value ?? 0, predicted ?? 0) : null;

    /// <summary>Text or nothing, often the predicted one.</summary>
    public string? OptionalText(string? value, string? predicted)
    {
        if (Flag(value == predicted))
            return predicted;
        return Flag(value is null) ? null : Words(value!);
    }

    /// <summary><c>HOST:PORT</c> or nothing: often the predicted one, or one that came before in another place.</summary>
    public string? Address(string? value, string? predicted)
    {
        if (Flag(value == predicted))
            return predicted;
        if (Flag(value is null))
            return null;
        ulong distance = Small(Addresses.DistanceOf(value));
        return distance > 0 ? Addresses.At(distance) : Addresses.Add(NewAddress(value!));
    }

    /// <summary>Texts in order, often the predicted ones.</summary>
    public IReadOnlyList<string> Texts(IReadOnlyList<string> values, IReadOnlyList<string> predicted)
    {
        if (Flag(values.SequenceEqual(predicted)))
            return predicted;
        string[] texts = new string[Count(values.Count)];
        for (int index = 0; index < texts.Length; index++)
            texts[index] = Words(index < values.Count ? values[index] : "");
        return texts;
    }

    /// <summary>How many of something follow; each takes at least a bit, so that a wrong number cannot make us allocate much.</summary>
    public abstract int Count(int value);

    private static ulong Unsigned(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));

    private static long Signed(ulong value) => unchecked((long)(value >> 1) ^ -(long)(value & 1));

    private string NewAddress(string value)
    {
        int colon = value?.LastIndexOf(':') ?? -1;
        ushort port = 0;
        bool isSplit = colon >= 0 && ushort.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port.ToString(CultureInfo.InvariantCulture).Length == value!.Length - colon - 1;
        if (!Flag(isSplit))
            return Words(value!);
        string near = Addresses.Newest is { } newest && newest.LastIndexOf(':') is > 0 and var end ? newest[..end] : "";
        string given = isSplit ? value![..colon] : "";
        string host = Flag(given == near) ? near : Words(given);
        return string.Create(CultureInfo.InvariantCulture, $"{host}:{Port(port)}");
    }

    /// <summary>A port: 16 bits that do not repeat.</summary>
    protected abstract ushort Port(ushort value);
}
