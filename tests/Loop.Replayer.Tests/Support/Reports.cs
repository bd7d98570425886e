using Loop.Contracts.Replays;

namespace Loop.Replayer.Tests.Support;

public static class Reports
{
    public static ReplayReport Earlier(string destination, Verdict? verdict) => new()
    {
        Id = "000000000001",
        ConversationId = Recording.Id,
        Destination = destination,
        HopId = "hop-1",
        StartedAt = Recording.Start,
        FinishedAt = verdict is null ? null : Recording.Start.AddSeconds(1),
        Stage = verdict is null ? "sending" : "finished",
        Verdict = verdict,
        Row = verdict is null ? null : "R1",
        Evidence = "entry",
    };
}
