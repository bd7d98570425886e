using Microsoft.Extensions.Logging;

namespace Loop.Store.Controls;

/// <summary>What the keeper of controls counts and says.</summary>
public sealed partial class ControlTelemetry(StoreInstruments instruments, ILogger<ControlTelemetry> logger)
{
    /// <summary>A route has a control.</summary>
    public void Named(bool reused) => instruments.OnControl(reused ? "reused" : "kept");

    /// <summary>What was kept is no control after all.</summary>
    public void Unfit() => instruments.OnControl("unfit");

    /// <summary>No node holds a healthy request of the route.</summary>
    public void NoneFound(int silentNodes)
    {
        instruments.OnControl("none");
        LogNoneFound(silentNodes);
    }

    /// <summary>Something broke.</summary>
    [LoggerMessage(2011, LogLevel.Warning, "A control could not be kept or named; its failure stays without one")]
    public partial void Failed(Exception exception);

    [LoggerMessage(2012, LogLevel.Debug, "No healthy request of a failing route is in the rings ({SilentNodes} nodes did not answer)")]
    private partial void LogNoneFound(int silentNodes);
}
