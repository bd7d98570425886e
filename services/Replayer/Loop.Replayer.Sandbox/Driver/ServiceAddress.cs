namespace Loop.Replayer.Sandbox.Driver;

/// <summary>A name and port under which callers know a live service, and the port on which it listens for them.</summary>
/// <param name="Host">The host name that callers resolve.</param>
/// <param name="CalledPort">The port that callers connect to.</param>
/// <param name="ListeningPort">The service's own port behind it.</param>
public sealed record ServiceAddress(string Host, int CalledPort, int ListeningPort);
