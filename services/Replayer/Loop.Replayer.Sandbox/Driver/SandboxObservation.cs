using System.Text.Json.Serialization;

namespace Loop.Replayer.Sandbox.Driver;

/// <summary>One thing that the sandbox saw.</summary>
[JsonDerivedType(typeof(SandboxPrepared), "prepared")]
[JsonDerivedType(typeof(SandboxRefused), "refused")]
[JsonDerivedType(typeof(ServiceReady), "ready")]
[JsonDerivedType(typeof(ServiceFailed), "failed")]
[JsonDerivedType(typeof(ServiceExited), "exited")]
[JsonDerivedType(typeof(ClockProbed), "clock")]
[JsonDerivedType(typeof(CallAccepted), "call")]
[JsonDerivedType(typeof(DependencyReached), "reached")]
[JsonDerivedType(typeof(DependencyExited), "dependency")]
[JsonDerivedType(typeof(TrafficRefused), "traffic")]
[JsonDerivedType(typeof(HandlerFailed), "handler")]
[JsonDerivedType(typeof(HandlerTold), "told")]
[JsonDerivedType(typeof(SandboxStopped), "stopped")]
public abstract record SandboxObservation;

/// <summary>Names, listeners and fences are there.</summary>
/// <param name="Addresses">Host name → made-up address.</param>
public sealed record SandboxPrepared(IReadOnlyDictionary<string, string> Addresses) : SandboxObservation;

/// <summary>The place cannot be made.</summary>
/// <param name="Reason">What was tried and what the kernel said.</param>
public sealed record SandboxRefused(string Reason) : SandboxObservation;

/// <summary>A service listens on its port and its probe, if any, was answered.</summary>
public sealed record ServiceReady(string Service) : SandboxObservation;

/// <summary>A service did not get ready.</summary>
public sealed record ServiceFailed(SandboxFailure Failure) : SandboxObservation;

/// <summary>A service that was ready ended.</summary>
/// <param name="Service">The service.</param>
/// <param name="ExitCode">Its exit code; 128 + n when signal n ended it.</param>
/// <param name="Asked">True when it ended because the sandbox was stopped.</param>
public sealed record ServiceExited(string Service, int ExitCode, bool Asked) : SandboxObservation;

/// <summary>
/// Whether the clock of the plan reached a service. Told once for each service that got ready, some time after that, and before the sandbox has
/// stopped. With <see cref="ClockMode.Real"/> no recorded time can be reached, and that is what it says.
/// </summary>
/// <param name="Service">The service.</param>
/// <param name="Reach">The answer.</param>
/// <param name="Detail">A sentence for the user: what was measured, or why nothing can reach it.</param>
public sealed record ClockProbed(string Service, ClockReach Reach, string Detail) : SandboxObservation;

/// <summary>A live service opened a connection.</summary>
/// <param name="Caller">The service that called.</param>
/// <param name="Address">The address that it called, with port.</param>
/// <param name="Host">The name by which that address was handed out; null for an address that the service knew by itself.</param>
/// <param name="Relayed">The live service that the call was relayed to; null when the call handler has it.</param>
public sealed record CallAccepted(string Caller, string Address, string? Host, string? Relayed) : SandboxObservation;

/// <summary>A live service opened a connection to a dependency for the first time. What makes state does not count.</summary>
/// <param name="Service">The service that dialled, which need not be the one that owns it.</param>
/// <param name="Dependency">The dependency's name.</param>
public sealed record DependencyReached(string Service, string Dependency) : SandboxObservation;

/// <summary>A dependency that was ready ended by itself: what its services answer from then on is no evidence.</summary>
/// <param name="Dependency">The dependency's name.</param>
/// <param name="Service">The service that owns it.</param>
/// <param name="ExitCode">Its exit code; 128 + n when signal n ended it.</param>
public sealed record DependencyExited(string Dependency, string Service, int ExitCode) : SandboxObservation;

/// <summary>Something left a service that the sandbox does not carry. Repeats are told when their number has doubled, and at the end.</summary>
/// <param name="Caller">The service.</param>
/// <param name="Kind">Protocol: <c>dns</c>, <c>udp</c>, <c>icmp</c>, <c>tcp</c>, or its number.</param>
/// <param name="Target">The name or address.</param>
/// <param name="Count">How often so far.</param>
public sealed record TrafficRefused(string Caller, string Kind, string Target, long Count) : SandboxObservation;

/// <summary>The call handler threw: a fault of Loop, not of the service.</summary>
public sealed record HandlerFailed(string Caller, string Address, string Reason) : SandboxObservation;

/// <summary>Something that the call handler has to tell; its form is the handler's own.</summary>
public sealed record HandlerTold(string Content) : SandboxObservation;

/// <summary>All services have ended; the last observation.</summary>
public sealed record SandboxStopped : SandboxObservation;
