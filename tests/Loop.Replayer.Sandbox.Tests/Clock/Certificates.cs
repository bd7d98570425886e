using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Loop.Replayer.Sandbox.Tests.Clock;

/// <summary>A certificate that vouches for itself.</summary>
internal static class Certificates
{
    /// <summary>Writes <c>certificate.der</c>, <c>certificate.pem</c> and <c>key.pem</c>.</summary>
    public static async Task Write(string folder, DateTimeOffset from, DateTimeOffset to)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=shop", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(from, to);
        await File.WriteAllBytesAsync(Path.Combine(folder, "certificate.der"), certificate.RawData);
        await File.WriteAllTextAsync(Path.Combine(folder, "certificate.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
