using Loop.Hosting.Access;

namespace Loop.Host.CommandLine;

/// <summary>What the operator asked of this process.</summary>
/// <param name="Roles">Services that it runs.</param>
/// <param name="DataDirectory">Where the store keeps everything.</param>
/// <param name="CaptureListen">Side streams of Envoy: gRPC only.</param>
/// <param name="LinkListen">Node links of capture processes: gRPC only.</param>
/// <param name="HttpListen">REST API, health and metrics.</param>
/// <param name="ConfigFile">Configuration file; null for none.</param>
/// <param name="StoreUrl">Where a capture process without a store of its own dials.</param>
/// <param name="NodeName">Name of the capture node; null for the machine's.</param>
public sealed record LoopdSettings(
    IReadOnlySet<string> Roles, string DataDirectory, ListenAddress CaptureListen, ListenAddress LinkListen, ListenAddress HttpListen, string? ConfigFile, string? StoreUrl, string? NodeName)
{
    /// <summary>True when the command line itself names <see cref="CaptureListen"/>; else file and environment may.</summary>
    public bool IsCaptureListenGiven { get; init; }

    /// <summary>True to print the effective configuration instead of serving.</summary>
    public bool PrintsConfiguration { get; init; }

    /// <summary>Roles that this build has.</summary>
    public static readonly IReadOnlyList<string> KnownRoles = ["capture", "store", "replayer"];

    /// <summary>True when the role was asked for.</summary>
    public bool Has(string role) => Roles.Contains(role);
}
