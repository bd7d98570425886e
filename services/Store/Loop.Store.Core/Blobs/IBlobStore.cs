namespace Loop.Store.Core.Blobs;

/// <summary>Immutable named bytes. Every adapter passes <c>Loop.Store.Conformance</c>.</summary>
public interface IBlobStore
{
    /// <summary>Writes a blob that does not exist yet; durable (file and directory synced) and visible as a whole when this returns, never in part.</summary>
    /// <param name="name"><c>area/id/part</c>: 2–4 parts of <c>[a-z0-9._-]</c>, no part begins with a dot.</param>
    /// <param name="content">All of it.</param>
    /// <param name="cancellationToken">Nothing is left behind when cancelled.</param>
    /// <exception cref="BlobExistsException">The name is taken by other content (the same content again is a no-op).</exception>
    Task Write(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Reads <paramref name="length"/> bytes from <paramref name="offset"/>; null when there is no such blob.</summary>
    /// <exception cref="BlobDamagedException">The blob is shorter than that.</exception>
    Task<byte[]?> Read(string name, long offset, int length, CancellationToken cancellationToken);

    /// <summary>Size in bytes; null when there is no such blob.</summary>
    Task<long?> Size(string name, CancellationToken cancellationToken);

    /// <summary>Names that begin with <paramref name="prefix"/>, in ordinal order.</summary>
    IAsyncEnumerable<string> List(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes a blob; a no-op when it is not there.</summary>
    Task Delete(string name, CancellationToken cancellationToken);
}

/// <summary>A blob of that name with other content exists.</summary>
public sealed class BlobExistsException(string name) : Exception($"Blob {name} exists with other content; blobs are immutable.");

/// <summary>A blob is not what it should be.</summary>
public sealed class BlobDamagedException(string name, string fact) : Exception($"Blob {name} is damaged: {fact}. Restore it from a backup; everything else stays readable.");
