using Loop.TruthBench.Csharp;

// The service with the C# bugs: one process, one port; the path's second part names the bug, the build file the variant.
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls($"http://0.0.0.0:{Settings.Port}").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
WebApplication application = builder.Build();
using Callees callees = new();
application.MapGet("/health", () => "ok");
application.MapFallback(context => CoreService.Serve(context, callees));
await application.RunAsync();
