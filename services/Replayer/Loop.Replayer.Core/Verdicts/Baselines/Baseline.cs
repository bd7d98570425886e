namespace Loop.Replayer.Core.Verdicts;

/// <summary>An earlier proof that the failure happens under the same plan with another build.</summary>
/// <param name="Reproduced">Runs that reproduced it.</param>
/// <param name="Runs">All its runs.</param>
public sealed record Baseline(int Reproduced, int Runs)
{
    private const double AcceptedChanceOfLuck = 0.05;

    // ln 0.05 ÷ ln(1 − 0.95) is 1, but not in binary.
    private const double Rounding = 1e-9;

    /// <summary>How often the failing build fails, 0 to 1.</summary>
    public double Rate => Runs <= 0 ? 0 : Math.Clamp((double)Reproduced / Runs, 0, 1);

    /// <summary>How many clean runs make it less likely than 5 % that the failing build was merely lucky; null when no number does.</summary>
    public int? RunsNeeded
    {
        get
        {
            if (Rate <= 0)
                return null;
            double needed = Rate >= 1 ? 1 : Math.Ceiling((Math.Log(AcceptedChanceOfLuck) / Math.Log(1 - Rate)) - Rounding);
            return needed >= int.MaxValue ? null : Math.Max(1, (int)needed);
        }
    }
}
