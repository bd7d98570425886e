namespace Loop.Replayer.Agent.StandIns;

/// <summary>Ends an answer in the middle.</summary>
internal sealed class BrokeOffAsRecordedException() : Exception("The answer broke off when it was recorded.");
