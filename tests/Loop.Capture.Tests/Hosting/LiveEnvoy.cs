using System.Diagnostics;
using System.Text.Json;
using Loop.Testing.Envoy;

namespace Loop.Capture.Tests.Hosting;

/// <summary>A real Envoy with a listener that answers 418, captured by ext_proc and access logs.</summary>
internal sealed class LiveEnvoy : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-envoy-").FullName;
    private readonly ManualResetEventSlim _ends = new();
    private readonly HttpClient _http = new();
    private Thread? _owner;
    private string _admin = "";

    public string Url { get; private set; } = "";

    public static async Task<LiveEnvoy> Start(int capturePort, string failureModeAllow)
    {
        string path = RequireReal.EnvoyBinary();
        var envoy = new LiveEnvoy();
        string config = Path.Combine(envoy._folder, "envoy.yaml");
        await File.WriteAllTextAsync(config, Config(capturePort, failureModeAllow));
        envoy.Launch(path, config);
        await envoy.WaitUntilReady();
        return envoy;
    }

    public Task<string> Admin(string path) => _http.GetStringAsync(new Uri(_admin + path));

    public Task<HttpResponseMessage> Get() => _http.GetAsync(new Uri(Url));

    public ValueTask DisposeAsync()
    {
        _ends.Set();
        _owner?.Join();
        _http.Dispose();
        _ends.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    // This build of Envoy asks for SIGTERM when the thread that started it dies, so a thread of its own lives as long as it.
    private void Launch(string path, string config)
    {
        _owner = new Thread(() =>
        {
            string[] arguments = ["-c", config, "--use-dynamic-base-id", "--concurrency", "2", "-l", "warn", "--admin-address-path", Path.Combine(_folder, "admin")];
            using Process process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            _ends.Wait();
            process.Kill();
            process.WaitForExit();
        });
        _owner.Start();
    }

    private async Task WaitUntilReady()
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(20))
        {
            try
            {
                _admin = "http://" + await File.ReadAllTextAsync(Path.Combine(_folder, "admin"));
                using JsonDocument listeners = JsonDocument.Parse(await Admin("/listeners?format=json"));
                JsonElement address = listeners.RootElement.GetProperty("listener_statuses")[0].GetProperty("local_address").GetProperty("socket_address");
                Url = $"http://127.0.0.1:{address.GetProperty("port_value").GetInt32()}/teapot";
                if ((await Admin("/clusters")).Contains("health_flags::healthy", StringComparison.Ordinal))
                    return;
            }
            catch (Exception starting) when (starting is IOException or HttpRequestException or JsonException or KeyNotFoundException or IndexOutOfRangeException or UriFormatException)
            {
                await Task.Yield();
            }
        }

        throw new TimeoutException("Envoy was not ready, or did not find the capture port healthy, within 20 s.");
    }

    private static string Config(int capturePort, string failureModeAllow) => """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
        static_resources:
          listeners:
          - address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: ingress
                  route_config:
                    virtual_hosts:
                    - {name: all, domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 418, body: {inline_string: short and stout}}}]}
                  access_log:
                  - name: envoy.access_loggers.http_grpc
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig
                      common_config:
                        log_name: loop-teapot-inbound
                        transport_api_version: V3
                        grpc_service: {envoy_grpc: {cluster_name: loop_collector}}
                        buffer_size_bytes: 0
                  http_filters:
                  - name: envoy.filters.http.ext_proc
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
                      observability_mode: true
                      failure_mode_allow: FAILURE_MODE
                      deferred_close_timeout: 30s
                      stat_prefix: loop
                      grpc_service:
                        envoy_grpc: {cluster_name: loop_collector}
                        initial_metadata: [{key: x-loop-service, value: teapot}, {key: x-loop-direction, value: inbound}]
                      processing_mode: {request_header_mode: SEND, response_header_mode: SEND, request_body_mode: STREAMED, response_body_mode: STREAMED, request_trailer_mode: SEND, response_trailer_mode: SEND}
                      request_attributes: [request.time, source.address]
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
          clusters:
          - name: loop_collector
            type: STATIC
            connect_timeout: 1s
            health_checks:
            - {timeout: 2s, interval: 1s, no_traffic_interval: 1s, unhealthy_threshold: 2, healthy_threshold: 1, grpc_health_check: {}}
            common_lb_config: {healthy_panic_threshold: {value: 0}}
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http2_protocol_options: {connection_keepalive: {interval: 5s, timeout: 5s}}}
            load_assignment:
              cluster_name: loop_collector
              endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: CAPTURE_PORT}}}}]}]
        """.Replace("FAILURE_MODE", failureModeAllow, StringComparison.Ordinal).Replace("CAPTURE_PORT", capturePort.ToString(), StringComparison.Ordinal);
}
