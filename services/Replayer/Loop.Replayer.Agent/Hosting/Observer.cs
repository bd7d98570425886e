using System.Text;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>Writes observations to the control channel, one at a time.</summary>
internal sealed class Observer(Stream output) : IDisposable
{
    private readonly Lock _gate = new();

    public void Tell(SandboxObservation observation)
    {
        byte[] line = Encoding.UTF8.GetBytes(AgentLine.Write(observation, AgentJson.Default.SandboxObservation) + "\n");
        lock (_gate)
        {
            try
            {
                output.Write(line);
                output.Flush();
            }
            catch (IOException)
            {
                // The replayer has gone; the end of the input ends the agent.
            }
        }
    }

    public void Dispose() => output.Dispose();
}
