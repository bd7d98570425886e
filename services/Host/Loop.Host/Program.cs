using Loop.Host;
using Loop.Host.CommandLine;

return await LoopdCommand.Invoke(args, LoopdProcess.Run);
