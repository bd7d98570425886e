using Loop.Store.Core.Events;
using Loop.Store.Core.ReadModels;
using Loop.Store.Sqlite.Events;
using Loop.Store.Sqlite.ReadModels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Loop.Store.Sqlite;

/// <summary>Registration of the SQLite adapters.</summary>
public static class SqliteServiceCollectionExtensions
{
    /// <summary>Event store and read model in two files of a data directory that the caller has opened and locked. The container closes them.</summary>
    public static IServiceCollection AddSqliteStore(this IServiceCollection services, string eventsPath, string indexPath)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IEventStore>(provider => SqliteEventStore.Open(eventsPath, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IConversationIndex>(provider => SqliteConversationIndex.OpenOrReplace(indexPath, Logger(provider)));
        return services;
    }

    private static ILogger Logger(IServiceProvider provider) => provider.GetService<ILoggerFactory>()?.CreateLogger<SqliteConversationIndex>() ?? (ILogger)NullLogger.Instance;
}
