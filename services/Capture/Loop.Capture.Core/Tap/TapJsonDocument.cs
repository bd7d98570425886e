using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Core.Tap;

/// <summary>One document of a tap in JSON: a trace, or why there is none.</summary>
/// <param name="Trace">The trace; null when the document could not be read.</param>
/// <param name="Error">What was wrong; null when it was read.</param>
/// <param name="SizeBytes">Bytes of the document.</param>
public readonly record struct TapJsonDocument(TraceWrapper? Trace, string? Error, long SizeBytes);
