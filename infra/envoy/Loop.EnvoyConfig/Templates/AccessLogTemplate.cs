namespace Loop.EnvoyConfig.Templates;

/// <summary>The gRPC access log: who broke off, flags, timings, and the span that the next hop receives.</summary>
internal static class AccessLogTemplate
{
    private static readonly string[] RequestHeaders =
    [
        "traceparent", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-request-id", "x-envoy-attempt-count", "content-type",
    ];

    public static string LogName(string service, string direction) => $"loop-{service}-{direction}";

    public static string Log(EnvoyProxyConfig config, string direction) => $$"""
        name: envoy.access_loggers.http_grpc
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig
          common_config:
            log_name: {{Yaml.Quote(LogName(config.Service, direction))}}
            transport_api_version: V3
            grpc_service: {envoy_grpc: {cluster_name: {{CollectorClusterTemplate.Name}}} }
            buffer_flush_interval: 1s
          additional_request_headers_to_log: [{{string.Join(", ", RequestHeaders)}}]
          additional_response_headers_to_log: [content-type, grpc-status, x-envoy-upstream-service-time]
          additional_response_trailers_to_log: [grpc-status]
        """;
}
