namespace Loop.Integration.Tests.Harness;

/// <summary>Settings that keep tests of faults short; what they wait for is the same.</summary>
internal static class FastTimes
{
    private const string Section = "Loop__Store__Conversations__";

    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        [Section + "Quiet"] = "00:00:00.700",
        [Section + "AnswerTimeout"] = "00:00:20",
        // A proxy may report an exchange long after its client had the answer.
        [Section + "KeepGrace"] = "00:00:05",
        [Section + "ReconnectGrace"] = "00:00:02",
        [Section + "KeptPerMinute"] = "100000",
    };
}
