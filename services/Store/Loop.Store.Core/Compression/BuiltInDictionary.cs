using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Loop.Store.Core.Compression;

/// <summary>
/// Text that recorded HTTP and Loop's own facts repeat for ever: names and usual values of headers, names and fields of events. What is stored is
/// small, so that without it each piece would begin with the same words. A dictionary is part of every stored format that names it and never changes;
/// a better one has the next number.
/// </summary>
public static class BuiltInDictionary
{
    private static readonly byte[] One = Load("dictionary-1.bin");
    private static readonly byte[] Two = Load("dictionary-2.bin");
    private static readonly byte[] Three = Load("dictionary-3.bin");

    /// <summary>Bytes of dictionary 1: raw content.</summary>
    public static ReadOnlyMemory<byte> Content => One;

    /// <summary>
    /// Bytes of dictionary 2: content of dictionary 1, then heads as compacted segments have them, with zstd's own code tables in front, which a small frame
    /// else brings along.
    /// </summary>
    public static ReadOnlyMemory<byte> ContentTwo => Two;

    /// <summary>Bytes of dictionary 3: content of dictionary 1, then whole streams of events as compacted rows have them, with code tables in front.</summary>
    public static ReadOnlyMemory<byte> ContentThree => Three;

    /// <summary>A zstd compressor that refers to dictionary 1. Not thread-safe; keep it where much is compressed, since loading costs more than a small frame.</summary>
    public static Compressor NewCompressor(int level) => NewCompressor(level, One);

    /// <summary>What reads such frames.</summary>
    public static Decompressor NewDecompressor() => NewDecompressor(One);

    /// <summary>A zstd compressor that refers to dictionary 2.</summary>
    public static Compressor NewCompressorTwo(int level) => NewCompressor(level, Two);

    /// <summary>What reads such frames.</summary>
    public static Decompressor NewDecompressorTwo() => NewDecompressor(Two);

    /// <summary>A zstd compressor that refers to dictionary 3.</summary>
    public static Compressor NewCompressorThree(int level) => NewCompressor(level, Three);

    /// <summary>What reads such frames.</summary>
    public static Decompressor NewDecompressorThree() => NewDecompressor(Three);

    private static Compressor NewCompressor(int level, byte[] dictionary)
    {
        var compressor = new Compressor(level);

        // The format that holds the frame says which dictionary it is; four bytes in each would say it again.
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_dictIDFlag, 0);
        compressor.LoadDictionary(dictionary);
        return compressor;
    }

    private static Decompressor NewDecompressor(byte[] dictionary)
    {
        var decompressor = new Decompressor();
        decompressor.LoadDictionary(dictionary);
        return decompressor;
    }

    private static byte[] Load(string name)
    {
        using Stream stream = typeof(BuiltInDictionary).Assembly.GetManifestResourceStream($"{typeof(BuiltInDictionary).Namespace}.{name}")
            ?? throw new InvalidOperationException($"{name} is not in this build.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
