namespace Loop.TruthBench.Matrix;

/// <summary>The score interval of Wilson (1927) for a share: honest for few trials and for shares of 0 and 1, where the usual one has no width.</summary>
internal static class WilsonBounds
{
    // 97.5th percentile of the normal distribution: 95 % lie within.
    private const double Z = 1.959963984540054;

    /// <summary>The bounds that hold with 95 % confidence.</summary>
    public static (double Low, double High) Of(int count, int of)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, of);
        if (of == 0)
            return (0, 1);
        double share = (double)count / of;
        double denominator = 1 + (Z * Z / of);
        double centre = (share + (Z * Z / (2 * of))) / denominator;
        double half = Z * Math.Sqrt((share * (1 - share) / of) + (Z * Z / (4.0 * of * of))) / denominator;
        // At the ends rounding may leave less than nothing.
        return (count == 0 ? 0 : Math.Max(0, centre - half), count == of ? 1 : Math.Min(1, centre + half));
    }
}
