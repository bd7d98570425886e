using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.LoadLab.Running;
using Loop.Samples.Demo;
using Loop.Samples.Demo.Processes;
using Loop.Samples.Demo.Proxies;
using Loop.Samples.Shop.Traffic;

namespace Loop.LoadLab.Size;

/// <summary>The shop behind Envoys that show every exchange twice: to Loop by ext_proc, and as a JSON tap file.</summary>
internal sealed partial class TappedShop : IAsyncDisposable
{
    private const int MaxSurprisesShare = 20;

    private readonly Owned _owned = new();
    private readonly Uri _entry;

    private TappedShop(DemoPorts ports) => _entry = new Uri($"http://127.0.0.1:{ports.Services["web"].Inbound}");

    public static async Task<TappedShop> Start(string envoy, int capturePort, string tapDirectory, LabContext context, CancellationToken cancellationToken)
    {
        DemoPorts ports = DemoPorts.Free() with { Capture = capturePort };
        var shop = new TappedShop(ports);
        try
        {
            foreach (string service in ports.Services.Keys)
            {
                string bootstrap = WithTap(EnvoyConfigGenerator.Bootstrap(EnvoyProxies.Config(service, ports)), Path.Combine(tapDirectory, service));
                shop._owned.Add(await EnvoyProcess.StartAsync(new EnvoyStart(envoy, bootstrap, Path.Combine(context.Directory, $"envoy-{service}")), context.Time, cancellationToken));
            }

            await shop._owned.Add(new ShopProcesses(Path.Combine(context.Directory, "logs"), context.Time)).StartBehindProxiesAsync(ports, cancellationToken);
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends requests one after the other; returns how many failed. On a crowded machine a healthy one may time out, which is kept as well; more than a few of them are no measurement.</summary>
    public async Task<int> Send(IReadOnlyList<PlannedRequest> plan, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false }) { BaseAddress = _entry };
        int failed = 0;
        int surprises = 0;
        foreach (PlannedRequest planned in plan)
        {
            using HttpRequestMessage request = new(planned.Body is null ? HttpMethod.Get : HttpMethod.Post, planned.Path);
            if (planned.Body is not null)
                request.Content = new StringContent(planned.Body, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
            await response.Content.ReadAsByteArrayAsync(cancellationToken);
            failed += response.StatusCode >= HttpStatusCode.InternalServerError ? 1 : 0;
            surprises += response.StatusCode != (planned.Fails ? HttpStatusCode.BadGateway : HttpStatusCode.OK) ? 1 : 0;
            if (surprises > 1 + (plan.Count / MaxSurprisesShare))
                throw new LabException($"the shop answered {surprises} requests not as planned, the last with {response.StatusCode}");
        }

        return failed;
    }

    public ValueTask DisposeAsync() => _owned.DisposeAsync();

    // Beside the capture filter, so that both see the same.
    private static string WithTap(string bootstrap, string prefix)
    {
        string tap = "- {name: envoy.filters.http.tap, typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.http.tap.v3.Tap, record_headers_received_time: true, "
            + "record_downstream_connection: true, record_upstream_connection: true, common_config: {static_config: {match: {any_match: true}, output_config: {"
            + "max_buffered_rx_bytes: 1048576, max_buffered_tx_bytes: 1048576, sinks: [{format: JSON_BODY_AS_BYTES, file_per_tap: {path_prefix: \"" + prefix + "\"} }]} } } } }";
        return CaptureFilter().Replace(bootstrap, match => $"{match.Groups["indent"].Value}{tap}\n{match.Value}");
    }

    [GeneratedRegex(@"^(?<indent> *)- name: envoy\.filters\.http\.ext_proc$", RegexOptions.Multiline)]
    private static partial Regex CaptureFilter();
}
