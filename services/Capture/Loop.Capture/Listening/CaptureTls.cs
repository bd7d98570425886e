using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Loop.Capture.Listening;

/// <summary>TLS of the listeners, with client certificates of the configured authorities only.</summary>
internal static class CaptureTls
{
    /// <summary>Adds TLS when a certificate is configured.</summary>
    public static void Use(ListenOptions listen, CaptureOptions options)
    {
        if (options.TlsCertificate is null)
            return;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = X509Certificate2.CreateFromPemFile(options.TlsCertificate, options.TlsKey);
            if (options.ClientAuthority is not null)
                RequireClients(https, options.ClientAuthority);
        });
    }

    private static void RequireClients(HttpsConnectionAdapterOptions https, string authorityFile)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authorityFile);
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, sentChain, _) => IsSignedBy(authorities, certificate, sentChain);
    }

    // Only these authorities, never the machine's: a public certificate is no proof of belonging to the mesh.
    private static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Chain? sentChain)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (X509ChainElement element in sentChain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(certificate);
    }
}
