namespace Loop.Replayer.Core.Noise;

/// <summary>The narrowest shape that all values of a place have, by their form alone.</summary>
internal static class ShapeFinder
{
    // A number that is one of two is a choice between two ways.
    private const int MinimumDistinctNumbers = 3;
    private const int MinimumIdDigits = 6;
    private const double NumberTolerance = 2;

    /// <summary>The shape; null when the values have none in common.</summary>
    /// <param name="type">Their type, as bodies name it.</param>
    /// <param name="values">One per run.</param>
    /// <param name="starts">When the exchange began in that run, by its clock.</param>
    public static NoiseShape? Find(string type, IReadOnlyList<string> values, IReadOnlyList<DateTimeOffset> starts)
    {
        if (type is not ("String" or "Number" or "text"))
            return null;
        return (NoiseShape?)Time(values, starts) ?? (NoiseShape?)Id(values) ?? Number(values);
    }

    private static NoiseShape.Time? Time(IReadOnlyList<string> values, IReadOnlyList<DateTimeOffset> starts)
    {
        List<TimeForm> times = [.. values.Select(TimeForm.Read).OfType<TimeForm>()];
        if (times.Count != values.Count || times.Exists(time => time.Format != times[0].Format))
            return null;
        List<double> offsets = [.. times.Zip(starts, (time, start) => (time.Value - start).TotalSeconds)];
        if (offsets.Max() - offsets.Min() <= NoiseShape.Time.ToleranceSeconds(times[0].Format))
            return new NoiseShape.Time(times[0].Format, offsets.Min(), offsets.Max());
        // Digits that do not follow the clock are no time.
        return times[0].IsEpoch ? null : new NoiseShape.Time(times[0].Format, null, null);
    }

    private static NoiseShape.Id? Id(IReadOnlyList<string> values)
    {
        bool areShortNumbers = values.All(value => NumberForm.Read(value) is not null) && values.Any(value => NumberForm.Read(value) is { IsWhole: false } || value.Length < MinimumIdDigits);
        return !areShortNumbers && IdForm.Of(values) is { } pattern ? new NoiseShape.Id(pattern) : null;
    }

    private static NoiseShape.Number? Number(IReadOnlyList<string> values)
    {
        List<NumberForm> numbers = [.. values.Select(NumberForm.Read).OfType<NumberForm>()];
        if (numbers.Count != values.Count || numbers.Select(number => number.Value).Distinct().Count() < MinimumDistinctNumbers)
            return null;
        double spread = numbers.Max(number => number.Value) - numbers.Min(number => number.Value);
        return new NoiseShape.Number(numbers.TrueForAll(number => number.IsWhole), NumberTolerance * spread);
    }
}
