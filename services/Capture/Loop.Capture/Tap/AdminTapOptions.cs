namespace Loop.Capture.Tap;

/// <summary>One Envoy that is tapped through its admin port. Only one session per Envoy exists, whatever the id.</summary>
public sealed class AdminTapOptions
{
    /// <summary>URL of the admin port, <c>http://127.0.0.1:9901</c>.</summary>
    public string Url { get; set; } = "";

    /// <summary><c>config_id</c> of the tap filters to control. Default <c>loop</c>.</summary>
    public string ConfigId { get; set; } = "loop";

    /// <summary>Service beside this proxy; null = unknown.</summary>
    public string? Service { get; set; }

    /// <summary>Its namespace.</summary>
    public string? Namespace { get; set; }

    /// <summary><c>inbound</c>, <c>outbound</c> or <c>edge</c>; null = unknown.</summary>
    public string? Direction { get; set; }

    /// <summary>Which copy of the service; null = this node and the admin address.</summary>
    public string? Instance { get; set; }

    /// <summary>
    /// True, the default, taps only responses with status 500–599. False taps every request: Envoy's main thread serialises each as JSON and its memory grows
    /// when it cannot keep up, so do that only on quiet proxies.
    /// </summary>
    public bool OnlyServerErrors { get; set; } = true;

    /// <summary>Bytes kept of each body. Default 1 MiB.</summary>
    public int MaximumBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>First wait before the session is opened again; it doubles up to <see cref="RetryMaximum"/>. Default 0.5 s.</summary>
    public TimeSpan RetryMinimum { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Longest wait before the session is opened again. Default 30 s.</summary>
    public TimeSpan RetryMaximum { get; set; } = TimeSpan.FromSeconds(30);
}
