using Loop.Capture.Core.Ring;
using Loop.Capture.Core.Tests.Intake;
using Loop.Contracts.Conversations;
using Xunit;

namespace Loop.Capture.Core.Tests.Ring;

public sealed class LossJournalTests
{
    [Fact]
    public void Find_AskedKeys_AnswersOldestFirst()
    {
        var journal = new LossJournal(4);
        journal.Add([1, 2], LossReason.Shed, CaptureBench.Start);
        journal.Add(1, LossReason.Truncated, CaptureBench.Start.AddSeconds(1));

        Assert.Equal([(1ul, LossReason.Shed, CaptureBench.Start), (1ul, LossReason.Truncated, CaptureBench.Start.AddSeconds(1))], journal.Find(hash => hash == 1));
        Assert.Empty(journal.Find(hash => hash == 3));
    }

    [Fact]
    public void Add_WhenFull_OverwritesTheOldest()
    {
        var journal = new LossJournal(3);
        for (ulong hash = 1; hash <= 5; hash++)
            journal.Add(hash, LossReason.Malformed, CaptureBench.Start);

        Assert.Equal([3ul, 4, 5], journal.Find(_ => true).Select(entry => entry.KeyHash));
    }
}
