using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.Hosting;
using Loop.Replayer.Agent.StandIns;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Programs;

// One executable for all parts that the tests need: the agent with a call handler of its own, services, and a hostile program.
return args switch
{
    [AgentProgram.RunMode] or ["launch", ..] => await AgentProgram.Run(args, Handler),
    ["web", var port] => await WebService.Run(int.Parse(port)),
    ["exit", var code] => int.Parse(code),
    _ => throw new ArgumentException("unknown: " + string.Join(' ', args)),
};

static Task<ICallHandler> Handler(SandboxPlan plan, ISandboxNetwork network, Action<string> tell) =>
    plan.HandlerInput is null ? Task.FromResult<ICallHandler>(new DescribingCallHandler()) : StandInsOfRun.Start(plan, tell);
