using System.Text.RegularExpressions;
using Loop.EnvoyConfig;
using Xunit;

namespace Loop.Integration.Tests.EnvoyConfig;

/// <summary>The settings without which capture can hurt traffic. Each has been seen to matter on a live Envoy.</summary>
public sealed class EnvoySafetyTests
{
    private static readonly string Bootstrap = EnvoyConfigGenerator.Bootstrap(EnvoyVariants.All["ext_proc with attempts"]);

    [Theory]
    [InlineData("observability_mode: true", 4)]
    [InlineData("failure_mode_allow: true", 4)]
    [InlineData("deferred_close_timeout: 2s", 4)]
    [InlineData("request_trailer_mode: SEND", 4)]
    [InlineData("response_trailer_mode: SEND", 4)]
    [InlineData("request_body_mode: STREAMED", 4)]
    [InlineData("response_body_mode: STREAMED", 4)]
    [InlineData("connection_keepalive: {interval: 1s, timeout: 1s}", 1)]
    [InlineData("grpc_health_check: {}", 1)]
    [InlineData("healthy_panic_threshold: {value: 0}", 1)]
    [InlineData("close_connections_on_host_health_failure: true", 1)]
    [InlineData("max_connections: 4096, max_pending_requests: 65536, max_requests: 65536", 1)]
    [InlineData("enable_reuse_port: false", 2)]
    [InlineData("enable_trailers: true", 5)]
    public void Bootstrap_WithTwoListenersAndTwoAttemptFilters_HasTheSettingAtEachOfThem(string setting, int times) =>
        Assert.Equal(times, Regex.Count(Bootstrap, $"^[^#\n]*{Regex.Escape(setting)}", RegexOptions.Multiline));

    [Theory]
    [MemberData(nameof(EnvoyVariants.Names), MemberType = typeof(EnvoyVariants))]
    public void Bootstrap_EveryVariant_LacksWhatAbortsOrFloodsEnvoy(string variant)
    {
        string bootstrap = EnvoyConfigGenerator.Bootstrap(EnvoyVariants.All[variant]);

        Assert.DoesNotContain("streaming_grpc", bootstrap, StringComparison.Ordinal);
        Assert.DoesNotContain("xds.node", bootstrap, StringComparison.Ordinal);
        Assert.Matches("admin:\n  address: {socket_address: {address: \"127.0.0.1\"", bootstrap);
    }

    [Theory]
    [InlineData("request_attributes", "request.id,request.time,request.protocol,source.address,source.port,destination.address,destination.port,connection.id,xds.listener_direction")]
    [InlineData("response_attributes", "response.code,response.code_details,response.flags,upstream.address,upstream.local_address,upstream.request_attempt_count")]
    [InlineData("additional_request_headers_to_log", "traceparent,b3,x-b3-traceid,x-b3-spanid,x-b3-parentspanid,x-request-id,x-envoy-attempt-count")]
    [InlineData("additional_response_trailers_to_log", "grpc-status")]
    public void Bootstrap_List_HasWhatTheCaptureNodeReads(string key, string expected)
    {
        string[] items = Regex.Match(Bootstrap, $@"\b{key}: \[(.*?)\]").Groups[1].Value.Split(", ");

        Assert.Empty(expected.Split(',').Except(items));
    }

    [Theory]
    [InlineData("inbound")]
    [InlineData("outbound")]
    public void Bootstrap_Listener_NamesItsSourceToTheCollector(string direction)
    {
        Assert.Contains($"log_name: \"loop-orders-{direction}\"", Bootstrap, StringComparison.Ordinal);
        Assert.Matches($"- {{key: x-loop-service, value: \"orders\"}}\n *- {{key: x-loop-direction, value: \"{direction}\"}}", Bootstrap);
        Assert.Contains($"traffic_direction: {direction.ToUpperInvariant()}", Bootstrap, StringComparison.Ordinal);
    }

    [Fact]
    public void Bootstrap_WithoutCapture_NamesNoCollector() =>
        Assert.DoesNotContain("loop_collector", EnvoyConfigGenerator.Bootstrap(EnvoyVariants.All["nothing"]), StringComparison.Ordinal);

    [Fact]
    public void Snippets_ForAUnknownPlatform_SayWhichAreKnown()
    {
        EnvoyConfigInvalidException refused = Assert.Throws<EnvoyConfigInvalidException>(() => EnvoySnippets.For("nginx", EnvoyVariants.Plain, ListenerDirection.Inbound));

        Assert.Equal(["platform 'nginx' is not known, known are: envoy"], refused.Faults);
    }

    [Fact]
    public void Bootstrap_WithManyFaults_NamesAllOfThem()
    {
        EnvoyProxyConfig config = EnvoyVariants.Plain with
        {
            Service = "or\"ders\n",
            Collector = EnvoyAddress.Loopback(0),
            Capture = CaptureKind.TapFiles,
            CaptureAttempts = true,
            Listeners = [EnvoyVariants.Plain.Listeners[0], EnvoyVariants.Plain.Listeners[0]],
        };

        EnvoyConfigInvalidException refused = Assert.Throws<EnvoyConfigInvalidException>(() => EnvoyConfigGenerator.Bootstrap(config));

        Assert.Equal(5, refused.Faults.Count);
    }
}
