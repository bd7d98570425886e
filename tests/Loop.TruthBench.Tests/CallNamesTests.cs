using Loop.TruthBench.Matrix;
using Loop.TruthBench.Replays;
using Xunit;

namespace Loop.TruthBench.Tests;

public sealed class CallNamesTests
{
    [Fact]
    public void Wrong_AnswersWithAnotherName_AreCountedAmongAllThatHaveOne() =>
        Assert.Equal(new Count(1, 2), CallNames.Wrong("listening\ntruth-call\t/a|GET stock/x|1\t/a|GET stock/x|1\ntruth-call\t/a|GET stock/x|2\t/a|GET stock/x|1\r\ntruth-call\t/a|GET stock/y|1\tnone\n"));
}
