using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Loop.Store.Core.Packs;

/// <summary>Registration of packs.</summary>
public static class PackServiceCollectionExtensions
{
    /// <summary>Packs on whatever <see cref="Blobs.IBlobStore"/> is registered.</summary>
    public static IServiceCollection AddPackStore(this IServiceCollection services)
    {
        services.TryAddSingleton<IPackStore, PackStore>();
        return services;
    }
}
