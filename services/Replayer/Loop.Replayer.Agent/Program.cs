using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.Hosting;

return await AgentProgram.Run(args, static _ => new RefusingCallHandler());
