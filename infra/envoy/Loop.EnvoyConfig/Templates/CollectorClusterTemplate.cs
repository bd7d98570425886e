namespace Loop.EnvoyConfig.Templates;

/// <summary>The way to the capture node, armed against one that is down, slow or frozen.</summary>
internal static class CollectorClusterTemplate
{
    public const string Name = "loop_collector";

    public static string Cluster(EnvoyAddress collector) => $$"""
        name: {{Name}}
        type: {{(collector.IsIpAddress ? "STATIC" : "STRICT_DNS")}}
        connect_timeout: 0.25s
        # One side stream per request in progress: Envoy's default of 1,024 would shed under load.
        circuit_breakers:
          thresholds: [{max_connections: 4096, max_pending_requests: 65536, max_requests: 65536}]
        # A frozen collector stops production bodies through flow control, whatever failure_mode_allow says.
        # Health check, panic threshold 0, close on failure and keepalive limit that to one pause of two seconds.
        health_checks:
        - {timeout: 0.5s, interval: 1s, no_traffic_interval: 1s, unhealthy_threshold: 2, healthy_threshold: 1, grpc_health_check: {} }
        common_lb_config: {healthy_panic_threshold: {value: 0} }
        close_connections_on_host_health_failure: true
        typed_extension_protocol_options:
          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
            "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
            explicit_http_config:
              http2_protocol_options:
                connection_keepalive: {interval: 1s, timeout: 1s}
        load_assignment:
          cluster_name: {{Name}}
          endpoints:
          - lb_endpoints:
            - endpoint: {address: {{Yaml.Socket(collector)}}}
        """;
}
