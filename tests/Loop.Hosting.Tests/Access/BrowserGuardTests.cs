using System.Net;
using Loop.Hosting.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Loop.Hosting.Tests.Access;

public sealed class BrowserGuardTests
{
    private const int Port = 5680;
    private const string Token = "s3cret";

    [Theory]
    [InlineData("127.0.0.1:5680")]
    [InlineData("localhost:5680")]
    [InlineData("LOCALHOST:5680")]
    [InlineData("[::1]:5680")]
    public async Task Host_OfThisListener_Passes(string host) => Assert.Equal(200, await Ask(host: host));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("::1:5680")]
    [InlineData("127.0.0.1:5679")]
    [InlineData("127.0.0.2:5680")]
    [InlineData("attacker.example:5680")]
    [InlineData("localhost.attacker.example:5680")]
    [InlineData("127.0.0.1.attacker.example:5680")]
    [InlineData("localhost.:5680")]
    [InlineData("")]
    public async Task Host_OfAnotherName_Is421(string host) => Assert.Equal(421, await Ask(host: host));

    [Fact]
    public async Task Host_WithoutPort_PassesOnPort80Alone()
    {
        Assert.Equal(200, await Ask(host: "localhost", port: 80));
        Assert.Equal(421, await Ask(host: "localhost", port: 8080));
    }

    [Theory]
    [InlineData("http://127.0.0.1:5680", 200)]
    [InlineData("HTTP://127.0.0.1:5680", 200)]
    [InlineData("null", 403)]
    [InlineData("https://127.0.0.1:5680", 403)]
    [InlineData("http://127.0.0.1:3000", 403)]
    [InlineData("http://localhost:5680", 403)]
    [InlineData("http://attacker.example", 403)]
    public async Task Origin_OnlyOfThisHost_Passes(string origin, int status) => Assert.Equal(status, await Ask(headers: ("Origin", origin)));

    [Theory]
    [InlineData("same-origin", 200)]
    [InlineData("none", 200)]
    [InlineData("same-site", 403)]
    [InlineData("cross-site", 403)]
    [InlineData("anything", 403)]
    public async Task FetchSite_OnlyOursOrTyped_Passes(string site, int status) => Assert.Equal(status, await Ask(headers: ("Sec-Fetch-Site", site)));

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("Application/JSON", 200)]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("multipart/form-data; boundary=x", 415)]
    [InlineData("text/plain; application/json", 415)]
    [InlineData("application/jsonp", 415)]
    [InlineData(null, 415)]
    public async Task Change_OnlyAsJson_Passes(string? contentType, int status)
    {
        foreach (string method in new[] { "POST", "PUT", "PATCH", "DELETE" })
            Assert.Equal(status, await Ask(method: method, contentType: contentType));
    }

    [Fact]
    public async Task Read_NeedsNoContentType()
    {
        Assert.Equal(200, await Ask(method: "GET", contentType: "text/plain"));
        Assert.Equal(200, await Ask(method: "HEAD"));
    }

    [Fact]
    public async Task Preflight_OfAForeignPage_Is403WithoutAnyGrant()
    {
        (HttpContext context, _) = await Serve(method: "OPTIONS", headers: [("Origin", "http://attacker.example"), ("Access-Control-Request-Method", "POST")]);
        Assert.Equal(403, context.Response.StatusCode);
        Assert.DoesNotContain(context.Response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("Bearer other", 401)]
    [InlineData("Bearer s3cre", 401)]
    [InlineData("Bearer s3crets", 401)]
    [InlineData("Basic s3cret", 401)]
    [InlineData("s3cret", 401)]
    [InlineData("Bearer s3cret", 200)]
    [InlineData("bearer s3cret", 200)]
    public async Task Token_Configured_IsAskedFor(string? authorization, int status)
    {
        (string, string)[] headers = authorization is null ? [] : [("Authorization", authorization)];
        (HttpContext context, bool passed) = await Serve(access: WithToken(), headers: headers);
        Assert.Equal((status, status == 200), (context.Response.StatusCode, passed));
        Assert.Equal(status == 401 ? "Bearer" : "", context.Response.Headers.WWWAuthenticate.ToString());
    }

    [Theory]
    [InlineData("/healthz/live", 200)]
    [InlineData("/healthz/ready", 200)]
    [InlineData("/healthzzz", 401)]
    [InlineData("/metrics", 401)]
    [InlineData("/openapi/v1.json", 401)]
    [InlineData("/api/v1/status", 401)]
    public async Task Token_Configured_OnlyHealthIsOpen(string path, int status) => Assert.Equal(status, await Ask(path: path, access: WithToken()));

    [Fact]
    public async Task Token_ForeignPage_IsRefusedBeforeTheTokenIsLookedAt() =>
        Assert.Equal(403, await Ask(access: WithToken(), headers: [("Authorization", "Bearer s3cret"), ("Origin", "http://attacker.example")]));

    [Theory]
    [InlineData("loop.example:443", 200)]
    [InlineData("LOOP.example:443", 200)]
    [InlineData("loop.example", 421)]
    [InlineData("10.1.2.3:5680", 200)]
    [InlineData("10.1.2.4:5680", 421)]
    [InlineData("10.1.2.3:443", 421)]
    public async Task Hosts_WithToken_AreTheAllowedOnesAndTheOwnAddress(string host, int status)
    {
        ApiAccessOptions access = WithToken();
        access.AllowedHosts.Add("loop.example:443");
        Assert.Equal(status, await Ask(host: host, access: access, local: "10.1.2.3", headers: ("Authorization", "Bearer s3cret")));
    }

    [Theory]
    [InlineData("fd00::5", "[fd00::5]:5680")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3:5680")]
    public async Task Hosts_WithToken_OwnAddressAsItIsSpelt(string local, string host) =>
        Assert.Equal(200, await Ask(host: host, access: WithToken(), local: local, headers: ("Authorization", "Bearer s3cret")));

    [Fact]
    public async Task Hosts_WithoutToken_AllowedHostsAreNotLookedAt()
    {
        var access = new ApiAccessOptions { AllowedHosts = { "loop.example:5680" } };
        Assert.Equal(421, await Ask(host: "loop.example:5680", access: access));
    }

    private static ApiAccessOptions WithToken() => new() { Token = Token };

    private static async Task<int> Ask(
        string host = "127.0.0.1:5680", string method = "GET", string path = "/api/v1/status", string? contentType = null, ApiAccessOptions? access = null, int port = Port, string local = "127.0.0.1", params (string, string)[] headers)
    {
        (HttpContext context, bool passed) = await Serve(host, method, path, contentType, access, port, local, headers);
        Assert.Equal(context.Response.StatusCode == 200, passed);
        return context.Response.StatusCode;
    }

    private static async Task<(HttpContext Context, bool Passed)> Serve(
        string host = "127.0.0.1:5680", string method = "GET", string path = "/api/v1/status", string? contentType = null, ApiAccessOptions? access = null, int port = Port, string local = "127.0.0.1", params (string Name, string Value)[] headers)
    {
        await using ServiceProvider services = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Scheme = "http";
        context.Request.Method = method;
        context.Request.Path = path;
        context.Request.Headers.Host = host;
        context.Request.ContentType = contentType;
        (context.Connection.LocalIpAddress, context.Connection.LocalPort) = (IPAddress.Parse(local), port);
        foreach ((string name, string value) in headers)
            context.Request.Headers.Append(name, value);
        bool passed = false;
        var guard = new BrowserGuard(_ => { passed = true; return Task.CompletedTask; }, Options.Create(access ?? new ApiAccessOptions()));
        await guard.InvokeAsync(context);
        return (context, passed);
    }
}
