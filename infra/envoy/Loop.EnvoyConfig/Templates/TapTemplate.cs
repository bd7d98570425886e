namespace Loop.EnvoyConfig.Templates;

/// <summary>The tap filter, for those who do not want ext_proc. Never with the sink <c>streaming_grpc</c>: it aborts a stock Envoy.</summary>
internal static class TapTemplate
{
    public const string AdminConfigId = "loop";

    public static string Files(EnvoyProxyConfig config, string direction) => Filter($$"""
        static_config:
          # Everything: which exchanges matter is known only when the whole conversation is.
          match: {any_match: true}
          output_config:
            max_buffered_rx_bytes: {{config.TapBodyLimitBytes}}
            max_buffered_tx_bytes: {{config.TapBodyLimitBytes}}
            sinks:
            - format: PROTO_BINARY
              # The directory must exist: Envoy writes nothing, and says nothing, when it does not.
              file_per_tap: {path_prefix: {{Yaml.Quote(Path.Combine(config.TapDirectory!, $"{config.Service}-{direction}"))}}}
        """);

    public static string Admin() => Filter($"admin_config: {{config_id: {AdminConfigId}}}");

    /// <summary>Body of <c>POST /tap</c>. JSON only: any other format aborts Envoy at this sink.</summary>
    public static string AdminRequest(EnvoyProxyConfig config) => $$"""
        config_id: {{AdminConfigId}}
        tap_config:
          match: {any_match: true}
          output_config:
            max_buffered_rx_bytes: {{config.TapBodyLimitBytes}}
            max_buffered_tx_bytes: {{config.TapBodyLimitBytes}}
            sinks:
            - format: JSON_BODY_AS_BYTES
              streaming_admin: {}
        """;

    private static string Filter(string commonConfig) => $$"""
        name: envoy.filters.http.tap
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.http.tap.v3.Tap
          record_headers_received_time: true
          record_downstream_connection: true
          record_upstream_connection: true
          common_config:
        {{Yaml.Indent(commonConfig, 4)}}
        """;
}
