using System.Globalization;
using System.Runtime.CompilerServices;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Faults;
using Microsoft.Win32.SafeHandles;

namespace Loop.Store.Files;

/// <summary>Blobs as files <c>ROOT/area/id/part</c>. One process owns the root (<see cref="DataDirectory"/> sees to that).</summary>
public sealed class FileBlobStore : IBlobStore
{
    private const string TemporaryPrefix = ".tmp-";

    private readonly string _root;
    private readonly HashSet<string> _areas;
    private long _temporaryNumber;

    /// <summary>Opens the areas below <paramref name="root"/> and removes what a crash left half-written there.</summary>
    /// <param name="root">Existing directory.</param>
    /// <param name="areas">First parts that names may have. Whatever else lies in the root (keys, databases) is out of reach.</param>
    public FileBlobStore(string root, params IReadOnlyCollection<string> areas)
    {
        _root = Path.GetFullPath(root);
        _areas = [.. areas];
        foreach (string area in areas)
        {
            BlobName.Check($"{area}/check");
            Guard(area, () => FileSystem.CreateDirectory(Path.Combine(_root, area)));
            foreach (string leftover in Directory.EnumerateFiles(Path.Combine(_root, area), TemporaryPrefix + "*", SearchOption.AllDirectories))
                Guard(leftover, () => File.Delete(leftover));
        }
    }

    /// <inheritdoc/>
    public async Task Write(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        cancellationToken.ThrowIfCancellationRequested();

        // Syncing blocks; a grain's or a request's thread must not wait for the disk.
        bool isNew = await Task.Run(() => Guard(path, () => WriteNew(path, content.Span, cancellationToken)), CancellationToken.None);
        if (!isNew && !await HasContent(path, content, cancellationToken))
            throw new BlobExistsException(name);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> Read(string name, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        using SafeFileHandle? handle = OpenForReading(PathOf(name));
        if (handle is null)
            return null;
        long size = RandomAccess.GetLength(handle);
        if (size - offset < length)
            throw new BlobDamagedException(name, $"it has {size} bytes where {offset + length} are expected");
        byte[] content = new byte[length];
        int total = 0;
        while (total < length)
        {
            int count = await RandomAccess.ReadAsync(handle, content.AsMemory(total), offset + total, cancellationToken);
            if (count == 0)
                throw new BlobDamagedException(name, "it became shorter while it was read");
            total += count;
        }

        return content;
    }

    /// <inheritdoc/>
    public Task<long?> Size(string name, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(name));
        return Task.FromResult<long?>(file.Exists ? file.Length : null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> List(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string directory = BlobName.CheckPrefix(prefix);
        foreach (string name in await Task.Run(() => Names(directory, prefix), cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    /// <inheritdoc/>
    public Task Delete(string name, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        return Task.Run(() => Guard(path, () => DeleteExisting(path)), cancellationToken);
    }

    private static void DeleteExisting(string path)
    {
        if (!File.Exists(path))
            return;
        File.Delete(path);
        FileSystem.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    private static SafeFileHandle? OpenForReading(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw Unusable(path, exception);
        }
    }

    private static async Task<bool> HasContent(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        byte[] existing = await File.ReadAllBytesAsync(path, cancellationToken);
        return content.Span.SequenceEqual(existing);
    }

    private static void Guard(string path, Action write) => Guard(path, () =>
    {
        write();
        return true;
    });

    private static T Guard<T>(string path, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (IOException exception) when (FileSystem.IsFull(exception))
        {
            throw new StoreFullException(path, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    private static StoreUnusableException Unusable(string path, Exception exception) =>
        new(path, exception.Message, "Check that the data directory is writable and belongs to this user.", exception);

    private bool WriteNew(string path, ReadOnlySpan<byte> content, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
            return false;
        string directory = Path.GetDirectoryName(path)!;
        FileSystem.CreateDirectory(directory);
        string temporary = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{TemporaryPrefix}{Environment.ProcessId}-{Interlocked.Increment(ref _temporaryNumber)}"));
        try
        {
            FileSystem.WriteNew(temporary, content);
            cancellationToken.ThrowIfCancellationRequested();
            if (!FileSystem.MoveNew(temporary, path))
                return false;
            FileSystem.SyncDirectory(directory);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private List<string> Names(string directory, string prefix)
    {
        List<string> names = [];
        foreach (string area in _areas)
        {
            string start = directory.Length == 0 ? area : directory;
            bool isBelowArea = start == area || start.StartsWith(area + "/", StringComparison.Ordinal);
            string path = Path.Combine(_root, start);
            if (!isBelowArea || !Directory.Exists(path))
                continue;
            foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
            {
                string name = Path.GetRelativePath(_root, file).Replace(Path.DirectorySeparatorChar, '/');
                if (name.StartsWith(prefix, StringComparison.Ordinal) && !Path.GetFileName(file).StartsWith('.'))
                    names.Add(name);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private string PathOf(string name)
    {
        BlobName.Check(name);
        string area = name[..name.IndexOf('/', StringComparison.Ordinal)];
        return _areas.Contains(area) ? Path.Combine(_root, name) : throw new ArgumentException($"'{area}' of blob '{name}' is not an area of this store ({string.Join(", ", _areas)}).", nameof(name));
    }
}
