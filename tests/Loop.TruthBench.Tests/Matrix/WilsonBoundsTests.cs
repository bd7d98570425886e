using CsCheck;
using Loop.TruthBench.Matrix;
using Xunit;

namespace Loop.TruthBench.Tests.Matrix;

public sealed class WilsonBoundsTests
{
    // Worked out by hand from the formula, with z = 1.959964.
    [Theory]
    [InlineData(0, 10, 0.0, 0.2775)]
    [InlineData(10, 10, 0.7225, 1.0)]
    [InlineData(5, 10, 0.2366, 0.7634)]
    [InlineData(1, 30, 0.0059, 0.1667)]
    [InlineData(0, 300, 0.0, 0.0126)]
    public void Of_KnownShares_GivesKnownBounds(int count, int of, double low, double high)
    {
        (double actualLow, double actualHigh) = WilsonBounds.Of(count, of);

        Assert.Equal(low, actualLow, 0.00006);
        Assert.Equal(high, actualHigh, 0.00006);
    }

    [Fact]
    public void Of_AnyShare_LiesBetweenItsBoundsAndMirrors() =>
        Gen.Int[1, 2000].SelectMany(of => Gen.Int[0, of].Select(count => (count, of))).Sample(sample =>
        {
            (double low, double high) = WilsonBounds.Of(sample.count, sample.of);
            (double mirroredLow, double mirroredHigh) = WilsonBounds.Of(sample.of - sample.count, sample.of);
            double share = (double)sample.count / sample.of;
            return low >= 0 && low <= share && share <= high && high <= 1 && low < high && Math.Abs(low - (1 - mirroredHigh)) < 1e-12 && Math.Abs(high - (1 - mirroredLow)) < 1e-12;
        });

    [Fact]
    public void Of_Nothing_SaysNothing() => Assert.Equal((0, 1), WilsonBounds.Of(0, 0));

    [Fact]
    public void Of_MoreThanThereAre_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => WilsonBounds.Of(4, 3));
}
