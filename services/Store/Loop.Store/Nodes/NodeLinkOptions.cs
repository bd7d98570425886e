using System.ComponentModel.DataAnnotations;

namespace Loop.Store.Nodes;

/// <summary>Limits of the node link.</summary>
public sealed class NodeLinkOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "Loop:Store:NodeLink";

    /// <summary>Port on which nodes dial; a call at another port of the process is refused. Null accepts every port. Default null.</summary>
    [Range(0, 65535)]
    public int? Port { get; set; }

    /// <summary>Port of the REST API; a call at another port is refused. Null accepts every port. Default null.</summary>
    [Range(0, 65535)]
    public int? ApiPort { get; set; }

    /// <summary>Most exchanges of one segment. Default 64.</summary>
    [Range(1, 256)]
    public int BatchExchanges { get; set; } = 64;

    /// <summary>Most bytes of one segment, before compression; one larger exchange is a segment of its own. Default 4 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int BatchBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Longest time that an exchange waits for company. Default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan BatchDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Largest message of a node. Default 16 MiB; two bodies at their limit must fit.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int MaxMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Messages that wait to be recorded per link; beyond it the link is held back by flow control. Default 64.</summary>
    [Range(1, 10_000)]
    public int QueuedArrivals { get; set; } = 64;

    /// <summary>Messages that wait to be sent per link; a node that leaves more unread is disconnected. Default 10,000.</summary>
    [Range(16, 1_000_000)]
    public int QueuedCommands { get; set; } = 10_000;

    /// <summary>How long a new link may take to say who it is. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan HelloTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a node may be away before status stops listing it. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ForgetAfter { get; set; } = TimeSpan.FromHours(1);
}
