using Loop.Capture.Tap;

namespace Loop.Capture;

/// <summary>The inputs of a capture node and its link to the store. Section <c>Loop:Capture</c>.</summary>
public sealed class CaptureOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "Loop:Capture";

    /// <summary>
    /// <c>address:port</c> for gRPC from Envoy (ext_proc, access logs, tap sinks, health), HTTP/2 only. Beyond loopback it needs <see cref="TlsCertificate"/>,
    /// <see cref="TlsKey"/> and <see cref="ClientAuthority"/>, or <see cref="AllowInsecureListen"/>. Default <c>127.0.0.1:5678</c>; port 0 takes a free one.
    /// </summary>
    public string Listen { get; set; } = "127.0.0.1:5678";

    /// <summary><c>address:port</c> for HTTP POSTs of binary TapRequests (Gloo's HTTP sink); null, the default, = off. The same rule beyond loopback.</summary>
    public string? TapHttpListen { get; set; }

    /// <summary>
    /// Accepts cleartext from other machines. Only for meshes that encrypt and authenticate below (sidecar mTLS, WireGuard): whoever reaches the port can
    /// invent exchanges. Default false.
    /// </summary>
    public bool AllowInsecureListen { get; set; }

    /// <summary>PEM file with the certificate (and its chain) of the listeners; null = cleartext.</summary>
    public string? TlsCertificate { get; set; }

    /// <summary>PEM file with the private key of <see cref="TlsCertificate"/>.</summary>
    public string? TlsKey { get; set; }

    /// <summary>PEM file with the authorities whose client certificates are accepted; with it every client must show one.</summary>
    public string? ClientAuthority { get; set; }

    /// <summary>Name of this node, in exchange ids and in <c>loopctl status</c>: no slash, at most 100 characters. Default: the machine's name.</summary>
    public string NodeName { get; set; } = Environment.MachineName;

    /// <summary>Where the store's node link listens (gRPC over HTTP/2). Default <c>http://127.0.0.1:5679</c>.</summary>
    public string StoreUrl { get; set; } = "http://127.0.0.1:5679";

    /// <summary>Largest gRPC message that is taken; larger ones are skipped and counted. Envoy's chunks are ≤ 1 MiB. Default 16 MiB, bytes.</summary>
    public int MaximumMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Bytes that half-arrived messages may take over all streams; what does not fit is skipped and counted. Default 256 MiB.</summary>
    public long MaximumPendingBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>First wait before the link is dialled again; it doubles up to <see cref="LinkRetryMaximum"/>. Default 0.2 s.</summary>
    public TimeSpan LinkRetryMinimum { get; set; } = TimeSpan.FromSeconds(0.2);

    /// <summary>Longest wait before the link is dialled again. Default 5 s.</summary>
    public TimeSpan LinkRetryMaximum { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the node reports its numbers to the store. Default 1 s.</summary>
    public TimeSpan StatusInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a trigger may stay unacknowledged on a live link before it is sent again. Default 2 s.</summary>
    public TimeSpan TriggerRepeatInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Directories with files of Envoy's tap filter (<c>file_per_tap</c>).</summary>
    public IList<TapFilesOptions> TapFiles { get; } = [];

    /// <summary>Envoys whose admin port is asked for taps (<c>POST /tap</c>).</summary>
    public IList<AdminTapOptions> AdminTaps { get; } = [];
}
