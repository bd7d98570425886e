namespace Loop.Samples.Demo;

/// <summary>The demo cannot go on; the message says why and what to do.</summary>
public sealed class DemoFailedException(string message) : Exception(message);
