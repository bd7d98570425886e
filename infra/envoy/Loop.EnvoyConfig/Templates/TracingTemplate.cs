namespace Loop.EnvoyConfig.Templates;

/// <summary>W3C trace context without a tracing back end: Loop needs the spans' ids on the wire, nobody needs the spans.</summary>
internal static class TracingTemplate
{
    public const string ClusterName = "loop_no_tracer";

    public static string Tracing(string service) => $$"""
        random_sampling: {value: 100}
        provider:
          name: envoy.tracers.opentelemetry
          typed_config:
            "@type": type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig
            grpc_service: {envoy_grpc: {cluster_name: {{ClusterName}}}, timeout: 0.25s}
            service_name: {{Yaml.Quote(service)}}
        """;

    /// <summary>The tracer insists on a destination. One without endpoints costs nothing and harms no request.</summary>
    public static string Cluster() => $$"""
        name: {{ClusterName}}
        type: STATIC
        typed_extension_protocol_options:
          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
            "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
            explicit_http_config: {http2_protocol_options: {} }
        load_assignment: {cluster_name: {{ClusterName}}, endpoints: []}
        """;
}
