namespace Loop.TruthBench.Matrix;

/// <summary>So many of so many.</summary>
/// <param name="Value">How many.</param>
/// <param name="Of">Out of how many; never fewer.</param>
internal sealed record Count([property: System.Text.Json.Serialization.JsonPropertyName("count")] int Value, int Of)
{
    public static Count operator +(Count left, Count right) => new(left.Value + right.Value, left.Of + right.Of);

    /// <summary>The share with its bounds: <c>29/30 = 96.7 % (83.3–99.4)</c>.</summary>
    public override string ToString()
    {
        if (Of == 0)
            return "0/0";
        (double low, double high) = WilsonBounds.Of(Value, Of);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Value}/{Of} = {100.0 * Value / Of:0.0} % ({100 * low:0.0}–{100 * high:0.0})");
    }
}
