using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>
/// Two services whose proxy between loses its patience. <c>web</c> passes on what <c>orders</c> says; <c>orders</c> asks <c>prices</c>. Paths of orders:
/// <c>/order</c> is too slow after it has the price, <c>/patient</c> waits for a price that never comes, <c>/flaky</c> fails once.
/// </summary>
internal static class PatientShop
{
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(40);
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });
    private static int _flaky;

    /// <summary>Runs <paramref name="role"/> with PEER (a URL) and PEER_HOST of what it calls.</summary>
    public static async Task<int> Run(string role, int port, string build)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://0.0.0.0:{port}"));
        WebApplication application = builder.Build();
        application.Run(context => role is "web" ? Web(context) : Orders(context, build));
        await application.RunAsync();
        return 0;
    }

    private static async Task Web(HttpContext context)
    {
        using HttpResponseMessage orders = await Call(context, context.Request.Path);
        context.Response.StatusCode = orders.IsSuccessStatusCode ? StatusCodes.Status200OK : StatusCodes.Status502BadGateway;
        await context.Response.WriteAsJsonAsync(new { orders = (int)orders.StatusCode });
    }

    private static async Task Orders(HttpContext context, string build)
    {
        (int status, string text) = (context.Request.Path.Value, build) switch
        {
            ("/ready", _) => (200, "ready"),
            (_, "failing") => (500, "the order is null"),
            (not "/flaky", "idle") => await Late(context, TooLong),
            ("/flaky", "buggy") when Interlocked.Increment(ref _flaky) == 1 => (503, "the prices are not loaded yet"),
            ("/flaky", _) => (200, "ordered"),
            ("/patient", "fixed") => await Price(context, "/hang", TimeSpan.FromMilliseconds(300)) ? (200, "ordered") : (200, "ordered without a price"),
            ("/patient", _) => await Price(context, "/hang", TooLong) ? (200, "ordered") : (500, "no price"),
            _ => await Price(context, "/price", TooLong) ? await Late(context, Delay(build)) : (500, "no price"),
        };
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new { text });
    }

    // "near" is too late for the proxy's 4 s, but not by much.
    private static TimeSpan Delay(string build) => build switch { "fixed" => TimeSpan.Zero, "near" => TimeSpan.FromSeconds(5), _ => TooLong };

    private static async Task<(int, string)> Late(HttpContext context, TimeSpan delay)
    {
        await Task.Delay(delay, context.RequestAborted);
        return (200, "ordered");
    }

    private static async Task<bool> Price(HttpContext context, string path, TimeSpan patience)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(patience);
        try
        {
            using HttpResponseMessage price = await Call(context, path, limit.Token);
            return price.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException)
        {
            return false;
        }
    }

    private static Task<HttpResponseMessage> Call(HttpContext context, string path, CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = new(HttpMethod.Get, Environment.GetEnvironmentVariable("PEER") + path);
        request.Headers.Host = Environment.GetEnvironmentVariable("PEER_HOST");
        foreach (string name in new[] { "traceparent", "x-request-id" })
        {
            if (context.Request.Headers.TryGetValue(name, out var value))
                request.Headers.TryAddWithoutValidation(name, (string?)value);
        }

        return Client.SendAsync(request, cancellationToken);
    }
}
