using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Calls;

/// <summary>Makes the call handler of a sandbox, before any service runs.</summary>
/// <param name="plan">The sandbox's plan; <see cref="SandboxPlan.HandlerInput"/> is meant for the handler.</param>
/// <param name="network">The way into live services.</param>
/// <param name="tell">Tells the replayer something of the handler's own, as text.</param>
public delegate Task<ICallHandler> CallHandlerFactory(SandboxPlan plan, ISandboxNetwork network, Action<string> tell);
