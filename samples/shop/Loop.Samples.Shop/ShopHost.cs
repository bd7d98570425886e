using Loop.Samples.Shop.History;
using Loop.Samples.Shop.Payments;
using Loop.Samples.Shop.Propagation;
using Loop.Samples.Shop.Recommendations;
using Loop.Samples.Shop.Web;

namespace Loop.Samples.Shop;

/// <summary>Runs services, each with a server of its own, as if each had a process of its own.</summary>
public static class ShopHost
{
    /// <summary>Returns when the process is asked to end.</summary>
    public static async Task RunAsync(ShopOptions options, CancellationToken cancellationToken)
    {
        List<WebApplication> applications = [.. options.Services.Select(service => Build(service.Key, service.Value, options))];
        try
        {
            foreach (WebApplication application in applications)
                await application.StartAsync(cancellationToken);
            Console.WriteLine($"shop: {string.Join(", ", options.Services.Select(s => $"{s.Key} on http://{s.Value}"))}{(options.Fixed ? " (fixed)" : "")}");
            await Task.WhenAll(applications.Select(application => application.WaitForShutdownAsync(cancellationToken)));
        }
        finally
        {
            foreach (WebApplication application in applications)
                await application.DisposeAsync();
        }
    }

    private static WebApplication Build(string service, string listen, ShopOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://{listen}");
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.AddPropagation();
        builder.Services.AddSingleton(options);
        WebApplication application = builder.Build();
        application.UseProblems(service);
        application.MapGet("/health", () => "ok");
        switch (service)
        {
            case "web": application.MapWeb(); break;
            case "payments": application.MapPayments(options.Fixed); break;
            case "recommendations": application.MapRecommendations(); break;
            case "history": application.MapHistory(options.Fixed); break;
            default: throw new FormatException($"'{service}' is no service of the shop: web, payments, recommendations, history");
        }

        return application;
    }
}
