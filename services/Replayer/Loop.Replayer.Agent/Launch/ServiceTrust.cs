using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Loop.Replayer.Agent.Launch;

/// <summary>
/// Makes live services trust the replay's authority, each runtime in its own way: files in the place of the machine's, and the variables that runtimes know. What a
/// service's own environment says stays.
/// </summary>
internal sealed class ServiceTrust
{
    private const string Folder = "/run/loop";
    private const string Bundle = Folder + "/ca.pem", JavaStore = Folder + "/ca.jks", JavaPassword = "loop-sandbox", JavaOptions = "JAVA_TOOL_OPTIONS";

    // Bundles of Debian, Fedora, Alpine and openSUSE.
    private static readonly string[] Bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"];

    // OpenSSL, Go and .NET; Node; Python's requests; curl; gRPC's C core.
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["SSL_CERT_FILE"] = Bundle,
        ["SSL_CERT_DIR"] = Folder + "/certs",
        ["NODE_EXTRA_CA_CERTS"] = Bundle,
        ["REQUESTS_CA_BUNDLE"] = Bundle,
        ["CURL_CA_BUNDLE"] = Bundle,
        ["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] = Bundle,
    };

    private readonly Dictionary<string, byte[]> _files = [];

    /// <summary>Trusts a certificate.</summary>
    /// <param name="certificatePem">The authority's; null trusts what the machine trusts.</param>
    /// <param name="isSealed">False where files cannot be shown to a service alone; nothing is changed then.</param>
    public ServiceTrust(string? certificatePem, bool isSealed)
    {
        if (certificatePem is null || !isSealed)
            return;
        byte[] pem = Encoding.ASCII.GetBytes(certificatePem + "\n");
        foreach (string path in Bundles.Select(RealFile).OfType<string>().Concat([Bundle, Folder + "/certs/ca.pem"]))
            _files[path] = pem;
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(certificatePem);
        _files[JavaStore] = JavaTrustStore.Of("loop", certificate.RawData, JavaPassword, certificate.NotBefore);
    }

    /// <summary>What a service sees beside its own files.</summary>
    public IReadOnlyDictionary<string, byte[]> Files(IReadOnlyDictionary<string, byte[]> own) => Joined(own, _files);

    /// <summary>Its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment(IReadOnlyDictionary<string, string> own)
    {
        if (_files.Count == 0)
            return own;
        // The JVM reads no other variable for it.
        string java = $"-Djavax.net.ssl.trustStore={JavaStore} -Djavax.net.ssl.trustStoreType=JKS -Djavax.net.ssl.trustStorePassword={JavaPassword}";
        Dictionary<string, string> joined = Joined(own, Variables);
        joined[JavaOptions] = own.TryGetValue(JavaOptions, out string? options) ? $"{java} {options}" : java;
        return joined;
    }

    // What is there as a link is shown at its end; a folder of the machine cannot be added to.
    private static string? RealFile(string path)
    {
        if (!File.Exists(path))
            return null;
        string real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        return real.StartsWith("/etc/", StringComparison.Ordinal) ? real : null;
    }

    private static Dictionary<string, T> Joined<T>(IReadOnlyDictionary<string, T> own, Dictionary<string, T> added)
    {
        Dictionary<string, T> joined = new(added);
        foreach ((string name, T value) in own)
            joined[name] = value;
        return joined;
    }
}
