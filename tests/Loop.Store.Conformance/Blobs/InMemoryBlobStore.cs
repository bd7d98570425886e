using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Loop.Store.Core.Blobs;

namespace Loop.Store.Conformance.Blobs;

/// <summary>Blobs in a dictionary, for tests of what stands on the port.</summary>
public sealed partial class InMemoryBlobStore : IBlobStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task Write(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_blobs.TryAdd(name, content.ToArray()) && !content.Span.SequenceEqual(_blobs[name]))
                throw new BlobExistsException(name);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<byte[]?> Read(string name, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (Find(name) is not { } blob)
            return Task.FromResult<byte[]?>(null);
        if (blob.Length - offset < length)
            throw new BlobDamagedException(name, $"it has {blob.Length} bytes where {offset + length} are expected");
        return Task.FromResult<byte[]?>(blob.AsSpan((int)offset, length).ToArray());
    }

    /// <inheritdoc/>
    public Task<long?> Size(string name, CancellationToken cancellationToken) => Task.FromResult<long?>(Find(name)?.Length);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> List(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!Prefix().IsMatch(prefix))
            throw new ArgumentException($"'{prefix}' is no prefix of a blob name.", nameof(prefix));
        string[] names;
        lock (_lock)
            names = [.. _blobs.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        foreach (string name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Delete(string name, CancellationToken cancellationToken)
    {
        Check(name);
        lock (_lock)
            _blobs.Remove(name);
        return Task.CompletedTask;
    }

    /// <summary>Replaces the content behind the port's back, as a failing disk would.</summary>
    public void Damage(string name, Func<byte[], byte[]> change)
    {
        lock (_lock)
            _blobs[name] = change([.. _blobs[name]]);
    }

    private static void Check(string name)
    {
        if (!Name().IsMatch(name))
            throw new ArgumentException($"'{name}' is no blob name.", nameof(name));
    }

    [GeneratedRegex(@"^[a-z0-9_-][a-z0-9._-]{0,199}(/[a-z0-9_-][a-z0-9._-]{0,199}){1,3}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"^([a-z0-9_-][a-z0-9._-]{0,199}/)*[a-z0-9._-]*\z")]
    private static partial Regex Prefix();

    private byte[]? Find(string name)
    {
        Check(name);
        lock (_lock)
            return _blobs.GetValueOrDefault(name);
    }
}
