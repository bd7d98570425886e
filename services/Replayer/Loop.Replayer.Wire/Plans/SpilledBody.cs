using System.Security.Cryptography;
using Loop.Replayer.Wire.Http1;

namespace Loop.Replayer.Wire.Plans;

/// <summary>
/// A body that is too large for memory, on its way into a file. It is hashed as it comes, and mapped at its end: what of it is in memory the kernel takes back
/// when it needs room. The disk has it until the process ends, though nobody finds it there. Used by one task.
/// </summary>
public sealed class SpilledBody : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Begins a file in a folder.</summary>
    public SpilledBody(string folder)
    {
        _path = Path.Combine(folder, $"received-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new FileStream(_path, options);
    }

    /// <summary>What comes next.</summary>
    /// <exception cref="NotHttpException">It is more than can be mapped.</exception>
    public async ValueTask Append(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_file.Length + bytes.Length > Array.MaxLength)
            throw new NotHttpException("a body of 2 GiB or more", status: 413);
        _hash.AppendData(bytes.Span);
        await _file.WriteAsync(bytes, cancellationToken);
    }

    /// <summary>All of it, with its SHA-256 in lower-case hex. It is not empty.</summary>
    public (ReadOnlyMemory<byte> Bytes, string Sha256) Map() => (MappedBody.Open(_path), Convert.ToHexStringLower(_hash.GetCurrentHash()));

    /// <summary>Takes the file's name away; what was mapped stays.</summary>
    public void Dispose()
    {
        _hash.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }
}
