namespace Loop.EnvoyConfig.Templates;

/// <summary>The capture filter: ext_proc in observability mode.</summary>
internal static class ExtProcTemplate
{
    // Never xds.node: it prints all of Envoy's extensions, about 110 KB, on every request.
    private static readonly string[] RequestAttributes =
    [
        "request.id", "request.time", "request.protocol", "source.address", "source.port", "destination.address", "destination.port", "connection.id",
        "connection.uri_san_peer_certificate", "xds.listener_direction", "xds.cluster_name", "xds.route_name",
    ];

    private static readonly string[] ResponseAttributes =
    [
        "response.code", "response.code_details", "response.flags", "response.grpc_status", "upstream.address", "upstream.port", "upstream.local_address",
        "upstream.request_attempt_count",
    ];

    /// <param name="config">Names the source.</param>
    /// <param name="direction">Of the listener that the filter belongs to.</param>
    /// <param name="attempts">True at a cluster: the filter sees each attempt, and says so.</param>
    public static string Filter(EnvoyProxyConfig config, string direction, bool attempts) => $$"""
        name: envoy.filters.http.ext_proc
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
          observability_mode: true
          # Without this a collector that is down turns every request into a 500.
          failure_mode_allow: true
          # For how long a finished request keeps its side stream; the collector ends it earlier.
          deferred_close_timeout: 2s
          stat_prefix: {{(attempts ? "loop_attempts" : "loop")}}
          grpc_service:
            envoy_grpc: {cluster_name: {{CollectorClusterTemplate.Name}}}
            initial_metadata:
        {{Yaml.Indent(string.Join('\n', Metadata(config, direction, attempts)), 4)}}
          processing_mode:
            request_header_mode: SEND
            response_header_mode: SEND
            request_body_mode: STREAMED
            response_body_mode: STREAMED
            # With SKIP a message that has trailers never ends, and the gRPC status is lost.
            request_trailer_mode: SEND
            response_trailer_mode: SEND
          request_attributes: [{{string.Join(", ", RequestAttributes)}}]
          response_attributes: [{{string.Join(", ", ResponseAttributes)}}]
        """;

    private static IEnumerable<string> Metadata(EnvoyProxyConfig config, string direction, bool attempts)
    {
        yield return Entry("x-loop-service", config.Service);
        if (config.Namespace is { } name)
            yield return Entry("x-loop-namespace", name);
        if (config.Instance is { } instance)
            yield return Entry("x-loop-instance", instance);
        yield return Entry("x-loop-direction", direction);
        if (attempts)
            yield return Entry("x-loop-position", "attempt");
    }

    private static string Entry(string key, string value) => $"- {{key: {key}, value: {Yaml.Quote(value)}}}";
}
