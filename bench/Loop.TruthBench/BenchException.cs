namespace Loop.TruthBench;

/// <summary>The bench cannot go on, or is broken itself; the message says why. It says nothing about Loop.</summary>
internal sealed class BenchException(string message) : Exception(message);
