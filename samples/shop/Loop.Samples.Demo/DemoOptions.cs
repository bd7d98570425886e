namespace Loop.Samples.Demo;

/// <summary>What the demo runs with.</summary>
public sealed record DemoOptions
{
    /// <summary>Path of the server's executable.</summary>
    public required string Loopd { get; init; }

    /// <summary>Path of the command line's executable.</summary>
    public required string Loopctl { get; init; }

    /// <summary>Root of the repository; null finds it above the running program.</summary>
    public string? Repository { get; init; }

    /// <summary>Ends after the replays instead of staying up.</summary>
    public bool Once { get; init; }

    /// <summary>Requests to send.</summary>
    public int Requests { get; init; } = 60;

    /// <summary>Where everything listens.</summary>
    public required DemoPorts Ports { get; init; }
}
