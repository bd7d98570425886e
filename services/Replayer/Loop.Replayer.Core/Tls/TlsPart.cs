using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Loop.Replayer.Core.Tls;

/// <summary>What the agent needs to end TLS that live services open.</summary>
/// <param name="CertificatePem">Certificate of the replay's authority, which live services trust.</param>
/// <param name="KeyPem">Its key; worth nothing outside this replay's sandboxes.</param>
/// <param name="Hosts">Names, without ports, of what the recording or the sandbox file has answers of.</param>
public sealed record TlsPart(string CertificatePem, string KeyPem, IReadOnlyList<string> Hosts)
{
    /// <summary>True when what is said to this host can be answered, once it is understood.</summary>
    public bool Covers(string host) => Hosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    /// <summary>With an authority that did not exist before.</summary>
    /// <param name="notBefore">The earliest time at which a service may look at it.</param>
    /// <param name="notAfter">The latest.</param>
    /// <param name="hosts">See <see cref="Hosts"/>.</param>
    public static TlsPart WithNewAuthority(DateTimeOffset notBefore, DateTimeOffset notAfter, IReadOnlyList<string> hosts)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Loop replay", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using X509Certificate2 certificate = request.CreateSelfSigned(notBefore, notAfter);
        return new TlsPart(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), hosts);
    }
}
