namespace Loop.Replayer.Engine;

/// <summary>Which of the times this is that a worker carries a replay out.</summary>
/// <param name="Number">From 1; all before were interrupted.</param>
/// <param name="LastSteps">Run → the last step that an earlier attempt recorded.</param>
public sealed record ReplayAttempt(int Number, IReadOnlyDictionary<int, int> LastSteps)
{
    /// <summary>The usual one.</summary>
    public static ReplayAttempt First { get; } = new(1, new Dictionary<int, int>());

    /// <summary>What the report says of earlier attempts; null when there was none.</summary>
    public string? Note => Number switch
    {
        1 => null,
        2 => "interrupted: begun again after the replayer was restarted",
        _ => $"interrupted {Number - 1} times: begun again each time after the replayer was restarted",
    };

    /// <summary>The last step of a run that is recorded already.</summary>
    public int LastStepOf(int run) => LastSteps.GetValueOrDefault(run);
}
