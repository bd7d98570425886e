namespace Loop.EnvoyConfig.Templates;

/// <summary>The way to a service: to its port from its own proxy, to its proxy from another's.</summary>
internal static class ServiceClusterTemplate
{
    /// <summary>Carries the direction, so that a service that calls itself has two clusters.</summary>
    public static string Name(ListenerConfig listener, RouteConfig route) => $"{listener.Name}|{route.Name}";

    public static string Cluster(EnvoyProxyConfig config, ListenerConfig listener, RouteConfig route) => $$"""
        name: {{Yaml.Quote(Name(listener, route))}}
        type: {{(route.Target.IsIpAddress ? "STATIC" : "STRICT_DNS")}}
        connect_timeout: 1s
        typed_extension_protocol_options:
          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
            "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        {{Yaml.Indent(Protocol(route.Protocol) + Attempts(config, listener), 4)}}
        load_assignment:
          cluster_name: {{Yaml.Quote(Name(listener, route))}}
          endpoints:
          - lb_endpoints:
            - endpoint: {address: {{Yaml.Socket(route.Target)}}}
        """;

    private static string Protocol(UpstreamProtocol protocol) => protocol switch
    {
        UpstreamProtocol.Http2 => "explicit_http_config: {http2_protocol_options: {}}\n",
        UpstreamProtocol.SameAsCaller => "use_downstream_protocol_config: {http_protocol_options: {enable_trailers: true}, http2_protocol_options: {}}\n",
        _ => "explicit_http_config: {http_protocol_options: {enable_trailers: true}}\n",
    };

    private static string Attempts(EnvoyProxyConfig config, ListenerConfig listener) =>
        config.CaptureAttempts && listener.Direction is not ListenerDirection.Inbound
            ? Yaml.KeyedList("http_filters", [ExtProcTemplate.Filter(config, listener.Name, attempts: true), UpstreamCodec])
            : "";

    private const string UpstreamCodec = """
        name: envoy.filters.http.upstream_codec
        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec}
        """;
}
