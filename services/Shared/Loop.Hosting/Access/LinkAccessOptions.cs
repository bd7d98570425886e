using Loop.Hosting.Configuration;

namespace Loop.Hosting.Access;

/// <summary>Who may attach to the node link.</summary>
public sealed class LinkAccessOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "Loop:Link";

    /// <summary>
    /// Bearer token that every capture node sends; null means none, which is allowed on loopback only. The same value on both sides, through the environment
    /// (<c>Loop__Link__Token</c>).
    /// </summary>
    [Secret]
    public string? Token { get; set; }
}
