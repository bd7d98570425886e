using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Loop.Capture.Tests.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace Loop.Capture.Tests.Listening;

public sealed class CaptureTlsTests : IDisposable
{
    // grpc-status 0, and one message whose status (field 1) is SERVING (1).
    private const string Serving = "0 00000000020801";

    private readonly string _directory = Directory.CreateTempSubdirectory("loop-tls-").FullName;
    private readonly X509Certificate2 _authority = Authority("CN=mesh");
    private readonly X509Certificate2 _server;

    public CaptureTlsTests()
    {
        _server = Issue(_authority, "CN=localhost");
        Write("server.pem", _server.ExportCertificatePem());
        Write("server.key", _server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Write("mesh.pem", _authority.ExportCertificatePem());
    }

    [Fact]
    public async Task Tls_WithoutClientAuthority_ServesAClientThatTrustsTheCertificate()
    {
        await using CaptureHost host = await Start(withClients: false);
        Assert.Equal(Serving, await Ask(host, null));
    }

    [Fact]
    public async Task Tls_CleartextClient_IsNotServed()
    {
        await using CaptureHost host = await Start(withClients: false);
        using RawGrpcClient client = host.Raw();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.Send(RawGrpcClient.ProcessPath, []));
    }

    [Fact]
    public async Task MutualTls_ClientOfTheAuthority_IsServed()
    {
        await using CaptureHost host = await Start(withClients: true);
        using X509Certificate2 client = Issue(_authority, "CN=envoy");
        Assert.Equal(Serving, await Ask(host, client));
    }

    [Fact]
    public async Task MutualTls_ClientWithoutCertificate_IsRefused()
    {
        await using CaptureHost host = await Start(withClients: true);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Ask(host, null));
        Assert.Empty(host.Intake.Exchanges);
    }

    [Fact]
    public async Task MutualTls_ClientOfAnotherAuthority_IsRefused()
    {
        await using CaptureHost host = await Start(withClients: true);
        using X509Certificate2 strangers = Authority("CN=mesh");
        using X509Certificate2 client = Issue(strangers, "CN=envoy");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Ask(host, client));
    }

    [Fact]
    public async Task Tls_FileThatIsNoCertificate_StopsTheStartWithASentence()
    {
        Write("server.pem", "no certificate");
        OptionsValidationException fault = await Assert.ThrowsAsync<OptionsValidationException>(() => Start(withClients: false));
        Assert.Contains("server.pem", Assert.Single(fault.Failures), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _server.Dispose();
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Task<CaptureHost> Start(bool withClients)
    {
        (string, string)[] server = [("TlsCertificate", Path.Combine(_directory, "server.pem")), ("TlsKey", Path.Combine(_directory, "server.key"))];
        return CaptureHost.Start(withClients ? [.. server, ("ClientAuthority", Path.Combine(_directory, "mesh.pem"))] : server);
    }

    private async Task<string> Ask(CaptureHost host, X509Certificate2? client)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.None,
                ClientCertificates = client is null ? null : [client],
                LocalCertificateSelectionCallback = client is null ? null : (_, _, _, _, _) => client,
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == _server.GetCertHashString(),
            },
        };
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://localhost:{host.Port}/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(RawGrpcClient.Frame([])) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        using HttpResponseMessage response = await http.SendAsync(request);
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        return $"{RawGrpcClient.Status(response)} {Convert.ToHexString(answer)}";
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory, name), text);

    private static X509Certificate2 Authority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
