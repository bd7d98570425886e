using System.Text.Json;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Wire.Plans;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Brings the stand-ins of a run into its sandbox.</summary>
public static class StandInsOfRun
{
    /// <summary>Starts them with the <see cref="StandInPlan"/> in the file that <see cref="SandboxPlan.HandlerInput"/> names; without one, every call is reset.</summary>
    public static async Task<ICallHandler> Start(CallHandlerContext context)
    {
        if (context.Plan.HandlerInput is not { } path)
            return new RefusingCallHandler();
        StandInPlan standIns = await StandInPlanFile.Read(path, CancellationToken.None)
            ?? throw new SandboxException($"{path} holds no plan for stand-ins.");
        void Tell(RunFact fact) => context.Tell(JsonSerializer.Serialize(fact, RunJson.Options));
        StandInCalls calls = new(standIns, context.Network, Tell, TimeProvider.System) { BodyFolder = Path.GetDirectoryName(Path.GetFullPath(path))! };
        StandInServer server = new(calls, standIns.Tls, context.Network, Tell, TimeProvider.System);
        if (standIns.SpeaksHttp2)
            await server.StartHttp2();
        return server;
    }
}
