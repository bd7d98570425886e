using Loop.Cli;
using Loop.Cli.Terminal;

return await LoopctlApplication.Run(args, CliContext.OfProcess(), CancellationToken.None);
