using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Destinations;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandbox.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Replayer.Tests.Support;

/// <summary>The role as it is hosted, over the fake store, on loopback port 0.</summary>
public sealed class ReplayerHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ReplayerHost(WebApplication app, FakeStore store)
    {
        _app = app;
        Store = store;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public FakeStore Store { get; }

    public HttpClient Client { get; }

    public int Port => Client.BaseAddress!.Port;

    public static async Task<ReplayerHost> Start(Recording recording, FakeStore? store = null, Dictionary<string, string?>? settings = null, IHostResolver? resolver = null, bool isKept = true, ProcessSandboxOptions? sandbox = null, Action<IServiceCollection>? services = null)
    {
        store ??= new FakeStore();
        if (isKept)
            store.Recordings[Recording.Id] = recording;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Loop:Replay:ObservationQuiet"] = "00:00:00.3",
            ["Loop:Replay:ObservationLimit"] = "00:00:02",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<IRecordings>(store);
        builder.Services.AddSingleton<IReplayJournal>(store);
        builder.Services.AddSingleton<IReplayIdSource>(new SequentialIds());
        if (resolver is not null)
            builder.Services.AddSingleton(resolver);
        if (sandbox is not null)
            builder.Services.AddSingleton(sandbox);
        services?.Invoke(builder.Services);
        builder.AddReplayer();
        WebApplication app = builder.Build();
        app.MapReplayer();
        await app.StartAsync();
        return new ReplayerHost(app, store);
    }

    /// <summary>Asks for a replay over the API and awaits its end.</summary>
    public async Task<ReplayReport> Replay(string destination, Func<ReplayRequest, ReplayRequest>? change = null)
    {
        HttpResponseMessage response = await Post(destination, change);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        ReplayReport accepted = (await response.Content.ReadFromJsonAsync<ReplayReport>())!;
        Assert.Null(accepted.Verdict);
        Assert.Equal($"/api/v1/replays/{accepted.Id}", response.Headers.Location!.ToString());
        return await Store.Finished(accepted.Id);
    }

    /// <summary>The next value that this host gives to a counter, with its attributes.</summary>
    public async Task<string> NextMeasurement(string counter)
    {
        TaskCompletionSource<string> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        object scope = _app.Services.GetRequiredService<IMeterFactory>();
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == counter && instrument.Meter.Scope == scope)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, attributes, _) =>
            seen.TrySetResult($"{value} {string.Join(' ', attributes.ToArray().Select(attribute => $"{attribute.Key}={attribute.Value}"))}"));
        listener.Start();
        return await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public Task<HttpResponseMessage> Post(string destination, Func<ReplayRequest, ReplayRequest>? change = null)
    {
        ReplayRequest request = new() { Conversation = "7f3k", Destination = destination };
        return Client.PostAsJsonAsync("/api/v1/replays", change is null ? request : change(request));
    }

    public async Task<(HttpStatusCode Status, JsonElement Problem)> Refused(string destination, Func<ReplayRequest, ReplayRequest>? change = null)
    {
        HttpResponseMessage response = await Post(destination, change);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>Ids that repeat from run to run.</summary>
public sealed class SequentialIds : IReplayIdSource
{
    private int _count;

    public ReplayIds Next()
    {
        byte[] random = new byte[ReplayIds.ByteCount];
        Array.Fill(random, (byte)(0x10 + Interlocked.Increment(ref _count)));
        return ReplayIds.From(random);
    }
}

/// <summary>A resolver with fixed answers.</summary>
public sealed class FixedResolver(params IPAddress[] addresses) : IHostResolver
{
    public int Asked { get; private set; }

    public Task<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult<IReadOnlyList<IPAddress>>(addresses);
    }
}
