using Loop.Contracts.Replays;
using Loop.TruthBench.Arms;
using Loop.TruthBench.Matrix;
using Xunit;

namespace Loop.TruthBench.Tests.Matrix;

public sealed class TruthMatrixTests
{
    [Fact]
    public void Of_InconclusiveAndMissingVerdicts_CountAgainstReproduced()
    {
        var matrix = TruthMatrix.Of([Buggy(Verdict.Reproduced), Buggy(Verdict.Inconclusive), Buggy(null)]);

        Assert.Equal(new Count(1, 3), matrix.Reproduced);
        Assert.Equal(new Count(2, 3), matrix.Wrong);
        Assert.Equal(new MatrixRow("go", "buggy", 1, 0, 0, 1, 1, 1, 3), Assert.Single(matrix.Rows));
    }

    [Fact]
    public void Of_NegativeCalledReproduced_IsFalse()
    {
        var matrix = TruthMatrix.Of([Buggy(Verdict.Reproduced), Judge(ArmKind.Fixed, Verdict.Reproduced, Verdict.Fixed), Judge(ArmKind.Decoy, Verdict.Diverged, Verdict.Diverged), Judge(ArmKind.Mutant, Verdict.Reproduced, Verdict.Inconclusive)]);

        Assert.Equal(new Count(2, 3), matrix.FalseReproduced);
        Assert.Equal(new Count(0, 1), matrix.Fixed);
    }

    [Fact]
    public void Of_AnythingButTheFixCalledFixed_IsFalse()
    {
        var matrix = TruthMatrix.Of([Buggy(Verdict.Fixed), Judge(ArmKind.Fixed, Verdict.Fixed, Verdict.Fixed), Judge(ArmKind.Broken, Verdict.Fixed, Verdict.Inconclusive), Judge(ArmKind.Elsewhere, Verdict.Inconclusive, Verdict.Inconclusive)]);

        Assert.Equal(new Count(2, 3), matrix.FalseFixed);
        Assert.Equal(new Count(1, 1), matrix.Fixed);
    }

    [Fact]
    public void Of_LanguagesAndArms_AreRowsOfTheirOwn()
    {
        var matrix = TruthMatrix.Of([Buggy(Verdict.Reproduced), Buggy(Verdict.Reproduced) with { Language = "node" }, Judge(ArmKind.Decoy, Verdict.Diverged, Verdict.Diverged)]);

        Assert.Equal([("go", "buggy"), ("node", "buggy"), ("go", "decoy")], matrix.Rows.Select(row => (row.Language, row.Arm)));
    }

    private static Judged Buggy(Verdict? verdict) => Judge(ArmKind.Buggy, verdict, Verdict.Reproduced);

    private static Judged Judge(ArmKind kind, Verdict? verdict, params Verdict[] allowed) => new("go", kind, new Label(allowed, ""), verdict);
}
