namespace Loop.Store.Core.Faults;

/// <summary>Something is wrong with the store's place on disk. The message says what, where, and how to mend it.</summary>
public abstract class StoreException(string message, Exception? inner) : Exception(message, inner);

/// <summary>A stored file is not what Loop wrote.</summary>
public sealed class StoreDamagedException(string path, string fact, string remedy, Exception? inner = null)
    : StoreException($"{path} is damaged: {fact}. {remedy}", inner)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;
}

/// <summary>The place cannot be written or opened: permissions, a read-only mount, a file where a directory should be.</summary>
public sealed class StoreUnusableException(string path, string fact, string remedy, Exception? inner = null)
    : StoreException($"{path} cannot be used: {fact}. {remedy}", inner)
{
    /// <summary>The file or directory.</summary>
    public string Path { get; } = path;
}

/// <summary>No room. Nothing of the refused write is visible; everything that was acknowledged before stays.</summary>
public sealed class StoreFullException(string path, Exception? inner = null)
    : StoreException($"No space is left for {path}. Nothing of this write was kept. Free space on that disk, or move the data directory to a larger one (--data).", inner)
{
    /// <summary>The file or directory.</summary>
    public string Path { get; } = path;
}

/// <summary>A newer Loop wrote this; reading it with this one would lose or misread something.</summary>
public sealed class StoreVersionException(string what, string found, string known)
    : StoreException($"{what} has {found}; this Loop knows {known}: a newer Loop wrote it. Start that version or a later one on this data.", null);
