using Loop.Capture.Tap;
using Microsoft.Extensions.Options;
using Xunit;

namespace Loop.Capture.Tests;

public sealed class CaptureOptionsValidatorTests
{
    private readonly CaptureOptions _options = new() { NodeName = "node-a" };

    [Fact]
    public void Validate_Defaults_AreAccepted() => Assert.Equal([], Faults());

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("5678")]
    [InlineData(":5678")]
    [InlineData("host.example:5678")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("::1:5678")]
    public void Validate_ListenWithoutAddressAndPort_IsRefused(string listen)
    {
        _options.Listen = listen;
        Assert.Contains("Listen", Assert.Single(Faults()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:5678")]
    [InlineData("[::1]:5678")]
    [InlineData("127.9.9.9:0")]
    public void Validate_Loopback_IsAccepted(string listen)
    {
        _options.Listen = listen;
        Assert.Equal([], Faults());
    }

    [Theory]
    [InlineData("0.0.0.0:5678")]
    [InlineData("*:5678")]
    [InlineData("192.0.2.1:5678")]
    public void Validate_BeyondLoopbackWithoutClientCertificates_IsRefusedUnlessAllowed(string listen)
    {
        _options.Listen = listen;
        Assert.Contains("AllowInsecureListen", Assert.Single(Faults()), StringComparison.Ordinal);
        _options.AllowInsecureListen = true;
        Assert.Equal([], Faults());
    }

    [Fact]
    public void Validate_TapHttpBeyondLoopback_IsRefusedToo()
    {
        _options.TapHttpListen = "0.0.0.0:8080";
        Assert.Contains("TapHttpListen", Assert.Single(Faults()), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ManyFaults_AreReportedTogether()
    {
        _options.Listen = "x";
        _options.NodeName = "a/b";
        _options.StoreUrl = "ftp://store";
        _options.MaximumMessageBytes = 1;
        _options.TapFiles.Add(new TapFilesOptions { Direction = "up" });
        _options.AdminTaps.Add(new AdminTapOptions { Url = "http://127.0.0.1:9901" });
        _options.AdminTaps.Add(new AdminTapOptions { Url = "http://127.0.0.1:9901/" });
        Assert.Equal(7, Faults().Count);
    }

    [Fact]
    public void Validate_MissingTlsFiles_AreNamed()
    {
        _options.TlsCertificate = "/nowhere/cert.pem";
        _options.TlsKey = "/nowhere/key.pem";
        Assert.Equal(2, Faults().Count(fault => fault.Contains("/nowhere/", StringComparison.Ordinal)));
    }

    private List<string> Faults()
    {
        ValidateOptionsResult result = new CaptureOptionsValidator().Validate(null, _options);
        return [.. result.Failures ?? []];
    }
}
