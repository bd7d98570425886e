using ZstdSharp;

namespace Loop.Store.Core.Compression;

/// <summary>
/// Text that recorded HTTP and Loop's own facts repeat for ever: names and usual values of headers, names and fields of events. What is stored is
/// small, so that without it each piece would begin with the same words. Dictionary 1 is part of every stored format that names it and never changes;
/// a better one is number 2.
/// </summary>
public static class BuiltInDictionary
{
    private static readonly byte[] One = Load("dictionary-1.bin");

    /// <summary>Bytes of dictionary 1.</summary>
    public static ReadOnlyMemory<byte> Content => One;

    /// <summary>A zstd compressor that refers to dictionary 1. Not thread-safe; keep it where much is compressed, since loading costs more than a small frame.</summary>
    public static Compressor NewCompressor(int level)
    {
        var compressor = new Compressor(level);
        compressor.LoadDictionary(One);
        return compressor;
    }

    /// <summary>What reads such frames.</summary>
    public static Decompressor NewDecompressor()
    {
        var decompressor = new Decompressor();
        decompressor.LoadDictionary(One);
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
