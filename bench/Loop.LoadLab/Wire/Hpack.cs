using System.Text;

namespace Loop.LoadLab.Wire;

/// <summary>Encodes request headers without any table and without Huffman, so that the same bytes may open every stream (RFC 7541, section 6.2.2).</summary>
internal static class Hpack
{
    private const byte MethodPost = 0x83;
    private const byte SchemeHttp = 0x86;

    public static byte[] Request(string authority, string path, IEnumerable<(string Name, string Value)> headers)
    {
        using var block = new MemoryStream();
        block.WriteByte(MethodPost);
        block.WriteByte(SchemeHttp);
        block.WriteByte(0x04);
        Text(block, path);
        block.WriteByte(0x01);
        Text(block, authority);
        foreach ((string name, string value) in headers)
        {
            block.WriteByte(0x00);
            Text(block, name);
            Text(block, value);
        }

        return block.ToArray();
    }

    private static void Text(MemoryStream block, string text)
    {
        const int LargestShortLength = 126;
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        if (bytes.Length > LargestShortLength)
            throw new ArgumentException($"'{text}' is longer than {LargestShortLength} characters.", nameof(text));
        block.WriteByte((byte)bytes.Length);
        block.Write(bytes);
    }
}
