using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.EnvoyConfig;

public sealed class EnvoyValidationTests
{
    [Theory]
    [MemberData(nameof(EnvoyVariants.Names), MemberType = typeof(EnvoyVariants))]
    public void Bootstrap_EveryVariant_IsAcceptedByEnvoy(string variant)
    {
        EnvoyValidation validation = EnvoyValidation.Of(RequireReal.EnvoyBinary(), EnvoyConfigGenerator.Bootstrap(EnvoyVariants.All[variant]));

        Assert.True(validation.Accepted, validation.Message);
    }

    [Fact]
    public void Validation_WithAnUnknownField_IsRefused()
    {
        string bootstrap = EnvoyConfigGenerator.Bootstrap(EnvoyVariants.Plain).Replace("failure_mode_allow", "failure_mode_alow", StringComparison.Ordinal);

        EnvoyValidation validation = EnvoyValidation.Of(RequireReal.EnvoyBinary(), bootstrap);

        Assert.False(validation.Accepted);
        Assert.Contains("failure_mode_alow", validation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Snippets_PutIntoAConfigurationOfTheUsersOwn_AreAcceptedByEnvoy()
    {
        IReadOnlyList<EnvoySnippet> parts = EnvoySnippets.For("envoy", EnvoyVariants.Plain, ListenerDirection.Inbound);
        string own = $$"""
            static_resources:
              listeners:
              - address: {socket_address: {address: 127.0.0.1, port_value: 0} }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: own
                      route_config: {virtual_hosts: []}
                      access_log:
            {{Below(parts, "access log", 10)}}
                      http_filters:
            {{Below(parts, "capture filter", 10)}}
                      - name: envoy.filters.http.router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
              clusters:
            {{Below(parts, "collector", 2)}}
            """;

        EnvoyValidation validation = EnvoyValidation.Of(RequireReal.EnvoyBinary(), own);

        Assert.True(validation.Accepted, validation.Message);
    }

    private static string Below(IReadOnlyList<EnvoySnippet> parts, string title, int margin) =>
        string.Join('\n', parts.Single(part => part.Title.StartsWith(title, StringComparison.Ordinal)).Yaml.Split('\n').Select(line => new string(' ', margin) + line));
}
