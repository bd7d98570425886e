using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Loop.Replayer.Core.Tls;

namespace Loop.Replayer.Agent.StandIns.Tls;

/// <summary>A certificate per host, signed by the replay's authority when it is first asked for. Safe for use from many threads.</summary>
internal sealed class HostCertificates(TlsPart part) : IDisposable
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private readonly X509Certificate2 _authority = X509Certificate2.CreateFromPem(part.CertificatePem, part.KeyPem);
    private readonly ConcurrentDictionary<string, SslStreamCertificateContext> _certificates = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The certificate of a host.</summary>
    public SslStreamCertificateContext Of(string host) => _certificates.GetOrAdd(host, name => SslStreamCertificateContext.Create(Make(name), additionalCertificates: null, offline: true));

    public void Dispose()
    {
        foreach (SslStreamCertificateContext context in _certificates.Values)
            context.TargetCertificate.Dispose();
        _authority.Dispose();
    }

    private X509Certificate2 Make(string host)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=" + (host.Length <= 64 ? host : "host"), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(host, out IPAddress? address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication], critical: false));
        // Python 3.13 and others ask for it.
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using X509Certificate2 certificate = request.Create(_authority, _authority.NotBefore, _authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }
}
