using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Calls;

/// <summary>Makes the call handler of a sandbox, before any service runs.</summary>
public delegate Task<ICallHandler> CallHandlerFactory(CallHandlerContext context);

/// <summary>What a call handler may use.</summary>
/// <param name="Plan">The sandbox's plan; <see cref="SandboxPlan.HandlerInput"/> is meant for the handler.</param>
/// <param name="Network">The way into live services.</param>
/// <param name="Tell">Tells the replayer something: it arrives as <see cref="HandlerTold"/>, in order with what the sandbox sees.</param>
public sealed record CallHandlerContext(SandboxPlan Plan, ISandboxNetwork Network, Action<string> Tell);
