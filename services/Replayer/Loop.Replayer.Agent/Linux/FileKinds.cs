using System.Buffers.Binary;

namespace Loop.Replayer.Agent.Linux;

/// <summary>What a path names. .NET does not tell pipes and sockets from files, and waits for ever at a pipe that it opens.</summary>
internal static class FileKinds
{
    // statx(2): stx_mode lies at 28; the kind is in its upper bits (inode(7)).
    private const int Size = 256, ModeOffset = 28, KindMask = 0xF000, Regular = 0x8000;

    /// <summary>True for a regular file; a link is none.</summary>
    public static bool IsRegular(string path)
    {
        const int currentFolder = -100, noFollow = 0x100, wantKind = 1;
        Span<byte> data = stackalloc byte[Size];
        return Native.statx(currentFolder, path, noFollow, wantKind, data) == 0 && (BinaryPrimitives.ReadUInt16LittleEndian(data[ModeOffset..]) & KindMask) == Regular;
    }
}
