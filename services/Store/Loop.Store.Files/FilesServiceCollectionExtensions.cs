using Loop.Store.Core.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Loop.Store.Files;

/// <summary>Registration of the file system adapters.</summary>
public static class FilesServiceCollectionExtensions
{
    /// <summary>
    /// Blobs as files of an opened data directory, and its redaction key. The caller opens the directory before it builds the host (so that a locked
    /// or unwritable one stops the start with its own message) and disposes it after the host.
    /// </summary>
    public static IServiceCollection AddFileBlobs(this IServiceCollection services, DataDirectory directory)
    {
        services.TryAddSingleton(directory);
        services.TryAddSingleton<IBlobStore>(_ => new FileBlobStore(directory.Root, Path.GetFileName(directory.PacksPath)));

        // Read now and not at the first use: a key that cannot be used must stop the start, not each link of a node later.
        services.TryAddSingleton(RedactionKeyFile.ReadOrCreate(directory.RedactionKeyPath));
        return services;
    }
}
