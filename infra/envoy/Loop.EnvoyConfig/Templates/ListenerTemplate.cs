namespace Loop.EnvoyConfig.Templates;

/// <summary>A listener with its connection manager, routes and filters.</summary>
internal static class ListenerTemplate
{
    public static string Listener(EnvoyProxyConfig config, ListenerConfig listener) => $$"""
        name: {{listener.Name}}
        address: {{Yaml.Socket(listener.Listen)}}
        {{Direction(listener.Direction)}}# A second Envoy on this port must fail, not take half of the connections.
        enable_reuse_port: false
        filter_chains:
        - filters:
          - name: envoy.filters.network.http_connection_manager
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
              stat_prefix: {{listener.Name}}
              codec_type: AUTO
              # Envoy drops the trailers of chunked HTTP/1.1 messages unless both codecs are told to keep them.
              http_protocol_options: {enable_trailers: true}
              use_remote_address: {{(listener.Direction is ListenerDirection.Edge ? "true" : "false")}}
              server_header_transformation: PASS_THROUGH
              upgrade_configs: [{upgrade_type: websocket}]
        {{Yaml.Indent(ManagerParts(config, listener), 6)}}
        """;

    private static string Direction(ListenerDirection direction) => direction switch
    {
        ListenerDirection.Inbound => "traffic_direction: INBOUND\n",
        ListenerDirection.Outbound => "traffic_direction: OUTBOUND\n",
        _ => "",
    };

    private static string ManagerParts(EnvoyProxyConfig config, ListenerConfig listener)
    {
        string tracing = config.Tracing ? $"tracing:\n{Yaml.Indent(TracingTemplate.Tracing(config.Service), 2)}\n" : "";
        string log = Yaml.KeyedList("access_log", config.AccessLog ? [AccessLogTemplate.Log(config, listener.Name)] : []);
        return tracing + log + Yaml.KeyedList("http_filters", [.. CaptureFilters(config, listener), Router]) + Routes(listener);
    }

    private const string Router = """
        name: envoy.filters.http.router
        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
        """;

    private static IEnumerable<string> CaptureFilters(EnvoyProxyConfig config, ListenerConfig listener) => config.Capture switch
    {
        CaptureKind.ExtProc => [ExtProcTemplate.Filter(config, listener.Name, attempts: false)],
        CaptureKind.TapFiles => [TapTemplate.Files(config, listener.Name)],
        CaptureKind.AdminTap => [TapTemplate.Admin()],
        _ => [],
    };

    private static string Routes(ListenerConfig listener)
    {
        string hosts = Yaml.KeyedList("virtual_hosts", listener.Routes.Select(route => VirtualHost(listener, route)));
        return $"route_config:\n  name: {listener.Name}\n  ignore_port_in_host_matching: true\n{Yaml.Indent(hosts, 2)}\n";
    }

    private static string VirtualHost(ListenerConfig listener, RouteConfig route) => $$"""
        name: {{Yaml.Quote(route.Name)}}
        domains: {{Yaml.List(route.Authorities)}}
        # Tells the callee's proxy which attempt it sees.
        include_request_attempt_count: true
        routes:
        - name: {{Yaml.Quote(route.Name)}}
          match: {prefix: /}
          route:
            cluster: {{Yaml.Quote(ServiceClusterTemplate.Name(listener, route))}}
            timeout: {{Yaml.Seconds(route.Timeout)}}{{Retry(route.Retry)}}
        """;

    private static string Retry(RetryConfig? retry)
    {
        if (retry is null)
            return "";
        string perTry = retry.PerTryTimeout is { } limit ? $", per_try_timeout: {Yaml.Seconds(limit)}" : "";
        return $"\n    retry_policy: {{retry_on: {Yaml.Quote(retry.On)}, num_retries: {retry.Attempts}{perTry}}}";
    }
}
