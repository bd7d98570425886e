using Loop.Hosting.Configuration;

namespace Loop.Hosting.Access;

/// <summary>Who may use the HTTP API.</summary>
public sealed class ApiAccessOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "Loop:Api";

    /// <summary>
    /// Bearer token that every request must carry; null means none, which is allowed on loopback only. Set it through the environment
    /// (<c>Loop__Api__Token</c>), never in a file that is shared.
    /// </summary>
    [Secret]
    public string? Token { get; set; }

    /// <summary>Further host names, with port, that a <c>Host</c> header may carry when a token is set (a reverse proxy's name).</summary>
    public IList<string> AllowedHosts { get; } = [];
}
