using Loop.Replayer.Agent.Hosting;
using Loop.Replayer.Agent.StandIns;

return await AgentProgram.Run(args, StandInsOfRun.Start);
