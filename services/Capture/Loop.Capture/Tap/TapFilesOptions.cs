namespace Loop.Capture.Tap;

/// <summary>
/// A directory that is watched for tap files: <c>.pb</c>, <c>.pb_length_delimited</c>, <c>.json</c>. Files below a folder <c>inbound</c> or
/// <c>outbound</c>, or whose name begins with <c>inbound_</c> or <c>outbound_</c>, say their direction.
/// </summary>
public sealed class TapFilesOptions
{
    /// <summary>The directory; it is created when it is missing, since Envoy loses taps silently without it.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Service beside the proxy that writes here; null = unknown.</summary>
    public string? Service { get; set; }

    /// <summary>Its namespace.</summary>
    public string? Namespace { get; set; }

    /// <summary><c>inbound</c>, <c>outbound</c> or <c>edge</c> for files whose name does not say; null = unknown.</summary>
    public string? Direction { get; set; }

    /// <summary>Where imported files go; null, the default, = they are deleted.</summary>
    public string? MoveTo { get; set; }

    /// <summary>How long a file must not have changed before it is read: Envoy writes in place, without a rename at the end. Default 0.5 s.</summary>
    public TimeSpan Quiet { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a file that cannot be decoded is tried again, in case that it is still being written, before it is rejected. Default 10 s.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Larger files are rejected. Default 64 MiB, bytes.</summary>
    public long MaximumFileBytes { get; set; } = 64L * 1024 * 1024;
}
