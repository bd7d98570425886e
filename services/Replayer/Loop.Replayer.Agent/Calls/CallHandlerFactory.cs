using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Calls;

/// <summary>Makes the call handler of a sandbox, before any service runs.</summary>
/// <param name="plan">The sandbox's plan; <see cref="SandboxPlan.HandlerInput"/> is meant for the handler.</param>
/// <param name="network">The way into live services.</param>
public delegate ICallHandler CallHandlerFactory(SandboxPlan plan, ISandboxNetwork network);
