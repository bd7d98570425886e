using Loop.Replayer.Agent.Hosting;
using Loop.Replayer.Agent.StandIns;

return await AgentProgram.Run(args, static (plan, _, tell) => StandInsOfRun.Start(plan, tell));
