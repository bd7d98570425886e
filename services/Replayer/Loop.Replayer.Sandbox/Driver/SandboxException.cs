namespace Loop.Replayer.Sandbox.Driver;

/// <summary>A sandbox was asked for something that it cannot give.</summary>
public sealed class SandboxException(string message, Exception? inner = null) : Exception(message, inner);
