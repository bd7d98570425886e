namespace Loop.EnvoyConfig;

/// <summary>On which side of the service a listener stands; becomes <c>x-loop-direction</c> and the log name.</summary>
public enum ListenerDirection
{
    /// <summary>In front of the service: what the callee receives.</summary>
    Inbound,

    /// <summary>Behind the service: what the caller sends.</summary>
    Outbound,

    /// <summary>The entry of the mesh: gives every request an id of its own and does not believe the client's.</summary>
    Edge,
}
