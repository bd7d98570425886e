using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Listening;

/// <summary>TLS of the listeners, with client certificates of the configured authorities only.</summary>
internal static class CaptureTls
{
    /// <summary>Adds TLS when a certificate is configured.</summary>
    public static void Use(ListenOptions listen, CaptureOptions options)
    {
        if (options.TlsCertificate is null)
            return;
        X509Certificate2 server = Read(() => X509Certificate2.CreateFromPemFile(options.TlsCertificate, options.TlsKey), $"TlsCertificate '{options.TlsCertificate}' with TlsKey '{options.TlsKey}'");
        listen.UseHttps(https =>
        {
            https.ServerCertificate = server;
            if (options.ClientAuthority is not null)
                RequireClients(https, options.ClientAuthority);
        });
    }

    private static T Read<T>(Func<T> read, string what)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException(
                CaptureOptions.SectionName, typeof(CaptureOptions), [$"{CaptureOptions.SectionName}:{what} cannot be used: {fault.Message.TrimEnd('.')}. Give PEM files that belong together."]);
        }
    }

    private static void RequireClients(HttpsConnectionAdapterOptions https, string authorityFile)
    {
        X509Certificate2Collection authorities = Read(() => Authorities(authorityFile), $"ClientAuthority '{authorityFile}'");
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, sentChain, _) => IsSignedBy(authorities, certificate, sentChain);
    }

    // A file without one certificate would refuse every client, and look like a fault of the clients.
    private static X509Certificate2Collection Authorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("the file holds no certificate");
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
