using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Loop.Replayer.Agent.Launch;

/// <summary>
/// Writes a trust store in Java's own format, which every JVM reads (sun.security.provider.JavaKeyStore): magic, version 2, count; per certificate a tag, alias, time,
/// type and bytes; then a digest over all of it. A PKCS #12 file would need an attribute of Oracle's, and .NET a further package to write it.
/// </summary>
internal static class JavaTrustStore
{
    private const uint Magic = 0xfeedfeed;
    private const int Version = 2, TrustedCertificate = 2;

    /// <summary>A store with one certificate.</summary>
    public static byte[] Of(string alias, byte[] certificate, string password, DateTime madeAt)
    {
        using MemoryStream store = new();
        Write(store, Magic, Version, 1, TrustedCertificate);
        WriteText(store, alias);
        byte[] time = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, new DateTimeOffset(madeAt).ToUnixTimeMilliseconds());
        store.Write(time);
        WriteText(store, "X.509");
        Write(store, (uint)certificate.Length);
        store.Write(certificate);
        store.Write(Digest(password, store.ToArray()));
        return store.ToArray();
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "The format asks for it; it protects nothing here.")]
    private static byte[] Digest(string password, byte[] content) => SHA1.HashData([.. Encoding.BigEndianUnicode.GetBytes(password), .. "Mighty Aphrodite"u8, .. content]);

    private static void Write(Stream store, params ReadOnlySpan<uint> numbers)
    {
        byte[] bytes = new byte[4];
        foreach (uint number in numbers)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
            store.Write(bytes);
        }
    }

    // As DataOutput.writeUTF does for ASCII.
    private static void WriteText(Stream store, string text)
    {
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)text.Length);
        store.Write(length);
        store.Write(Encoding.ASCII.GetBytes(text));
    }
}
