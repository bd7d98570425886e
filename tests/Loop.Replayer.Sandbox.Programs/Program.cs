using System.Globalization;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.Hosting;
using Loop.Replayer.Agent.StandIns;
using Loop.Replayer.Sandbox.Programs;

// One executable for all parts that the tests need: the agent with a call handler of its own, services, and a hostile program.
return args switch
{
    [AgentProgram.RunMode] or ["launch", ..] or ["clock"] => await AgentProgram.Run(args, static context => File.Exists(context.Plan.HandlerInput) ? StandInsOfRun.Start(context) : Task.FromResult<ICallHandler>(new DescribingCallHandler(context))),
    ["web", var port] => await WebService.Run(int.Parse(port)),
    ["door", var door, var argument] => Print(Doors.Try(door, argument)),
    ["prices", var port, var build] => await PriceService.Run(int.Parse(port), build),
    ["patient", var role, var port, var build] => await PatientShop.Run(role, int.Parse(port), build),
    ["pair", var port, var build] => await PairService.Run(int.Parse(port), build),
    ["noisy", var port, var build] => await NoisyService.Run(int.Parse(port), build),
    ["tokens", var port, .. var more] => await TokenService.Run(int.Parse(port), isMended: more is ["mended"]),
    ["talk", var port, var build] => await TalkService.Run(int.Parse(port), build),
    ["session", var port, var build] => await SessionShop.Run(int.Parse(port), build is "fixed"),
    ["stateful", var port] => await StatefulService.Run(int.Parse(port)),
    ["silent"] => await WebService.Wait(),
    ["mute", var port] => await FaultyService.Mute(int.Parse(port)),
    ["dying", var port] => await FaultyService.Dying(int.Parse(port)),
    ["daemon", var port] => FaultyService.Daemon(port),
    ["stubborn", var port] => await WebService.Stubborn(int.Parse(port)),
    ["children", var port] => await WebService.WithChildren(int.Parse(port)),
    ["background", var port] => WebService.Background(port),
    ["hold-clock", var stateRoot, var start] => await ClockHolder.Run(stateRoot, DateTimeOffset.Parse(start, CultureInfo.InvariantCulture)),
    ["hold", var stateRoot, .. var command] => await Holder.Run(stateRoot, command, hasServers: false),
    ["hold-servers", var stateRoot, .. var command] => await Holder.Run(stateRoot, command, hasServers: true),
    ["exit", var code] => int.Parse(code),
    _ => throw new ArgumentException("unknown: " + string.Join(' ', args)),
};

static int Print(string text)
{
    Console.WriteLine(text);
    return 0;
}
