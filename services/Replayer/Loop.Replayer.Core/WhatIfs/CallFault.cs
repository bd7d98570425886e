using System.Text.Json.Serialization;

namespace Loop.Replayer.Core.WhatIfs;

/// <summary>What happens to the answer of a call: at most one of status, reset and truncation, and a delay before it.</summary>
public sealed record CallFault
{
    /// <summary>As typed.</summary>
    public required string Text { get; init; }

    /// <summary>How much later than without the fault the answer begins.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Takes the place of the whole answer; null leaves it.</summary>
    public int? Status { get; init; }

    /// <summary>Body that goes with <see cref="Status"/>; null means none.</summary>
    public string? Body { get; init; }

    /// <summary>The connection (HTTP/2: the stream) is reset before any header.</summary>
    public bool Resets { get; init; }

    /// <summary>Bytes of the body, as it crosses the wire, after which the answer breaks off; null lets it end.</summary>
    public int? TruncateBytes { get; init; }

    /// <summary>True when nothing of the real answer is needed, so that calls which nobody recorded can be answered too.</summary>
    [JsonIgnore]
    public bool ReplacesAnswer => Status is not null || Resets;
}

/// <summary>A fault in every call to a service, also in those that were not recorded: a retry meets it too.</summary>
/// <param name="Fault">What happens.</param>
/// <param name="Service">The service.</param>
/// <param name="Authorities">How callers named it when it was recorded, lower case.</param>
/// <param name="Method">Method of the calls; null means any.</param>
/// <param name="Route">Path without query; null means any.</param>
public sealed record ServiceFault(CallFault Fault, string Service, IReadOnlyList<string> Authorities, string? Method, string? Route)
{
    /// <summary>True for a call to the service.</summary>
    /// <param name="service">The live service that is called; null when none is.</param>
    /// <param name="authority">As the caller names it, lower case.</param>
    /// <param name="method">Method.</param>
    /// <param name="route">Path without query.</param>
    public bool Meets(string? service, string authority, string method, string route) =>
        (service is null ? Authorities.Contains(authority) : service == Service) && (Method is null || (Method == method && Route == route));
}
