using System.Buffers.Binary;
using System.Text;

namespace Loop.Replayer.Agent.Clock;

/// <summary>The little of an executable's headers (elf(5)) that says who answers its questions for the time.</summary>
/// <param name="HasInterpreter">True when a dynamic linker loads it, and libraries before it.</param>
/// <param name="IsGo">True when the Go linker made it: such a program asks the kernel itself, also when it uses the C library beside.</param>
internal sealed record ElfFile(bool HasInterpreter, bool IsGo)
{
    private const int HeaderBytes = 64, InterpreterSegment = 3, EntryLimit = 4096, NamesLimit = 1 << 20;
    // Class 2: 64 bits; data 1: little-endian.
    private static readonly byte[] Magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
    private static readonly string[] GoSections = [".go.buildinfo", ".note.go.buildid", ".gopclntab"];

    /// <summary>Null for what is no 64-bit little-endian ELF file.</summary>
    public static ElfFile? Read(Stream file)
    {
        byte[] header = new byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.AsSpan(0, 6).SequenceEqual(Magic))
            return null;
        byte[] segments = Table(file, header, offset: 32, size: 54, count: 56);
        byte[] sections = Table(file, header, offset: 40, size: 58, count: 60);
        bool hasInterpreter = Entries(segments, header, 54).Any(entry => BinaryPrimitives.ReadInt32LittleEndian(entry.Span) == InterpreterSegment);
        return new ElfFile(hasInterpreter, SectionNames(file, header, sections).Any(GoSections.Contains));
    }

    private static byte[] Table(Stream file, byte[] header, int offset, int size, int count)
    {
        int entries = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(count)), EntryLimit);
        return Bytes(file, BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(offset)), entries * BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(size)));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Entries(byte[] table, byte[] header, int size)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(size));
        for (int start = 0; length >= 32 && start + length <= table.Length; start += length)
            yield return table.AsMemory(start, length);
    }

    private static IEnumerable<string> SectionNames(Stream file, byte[] header, byte[] sections)
    {
        ReadOnlyMemory<byte>[] all = [.. Entries(sections, header, 58).Where(static section => section.Length >= 40)];
        int index = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(62));
        if (index >= all.Length)
            yield break;
        long size = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(all[index].Span[32..]), 0, NamesLimit);
        byte[] names = Bytes(file, BinaryPrimitives.ReadInt64LittleEndian(all[index].Span[24..]), (int)size);
        foreach (ReadOnlyMemory<byte> section in all)
        {
            int start = BinaryPrimitives.ReadInt32LittleEndian(section.Span);
            if (start < 0 || start >= names.Length)
                continue;
            int length = names.AsSpan(start).IndexOf((byte)0);
            if (length > 0)
                yield return Encoding.ASCII.GetString(names, start, length);
        }
    }

    private static byte[] Bytes(Stream file, long offset, int length)
    {
        byte[] bytes = new byte[length];
        if (offset <= 0 || offset >= file.Length)
            return [];
        file.Position = offset;
        return bytes[..file.ReadAtLeast(bytes, length, throwOnEndOfStream: false)];
    }
}
