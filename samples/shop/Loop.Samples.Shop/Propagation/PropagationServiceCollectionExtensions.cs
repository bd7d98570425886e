namespace Loop.Samples.Shop.Propagation;

/// <summary>Registers the client with which services call each other.</summary>
internal static class PropagationServiceCollectionExtensions
{
    public static void AddPropagation(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddTransient<PropagationHandler>();
        services.AddHttpClient<ShopClient>()
            // .NET would write a traceparent of its own with a span that nobody records; the shop passes on what it got.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false })
            .AddHttpMessageHandler<PropagationHandler>();
    }
}
