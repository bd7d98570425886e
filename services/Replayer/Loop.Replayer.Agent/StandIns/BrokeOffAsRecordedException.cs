using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Ends an answer in the middle, as the recorded or the live one ended.</summary>
internal sealed class BrokeOffAsRecordedException(ServedCall served) : Exception("The answer broke off.")
{
    /// <summary>The call with what is known of it by now.</summary>
    public ServedCall Served { get; } = served;
}
