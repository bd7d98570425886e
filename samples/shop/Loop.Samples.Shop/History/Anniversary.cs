namespace Loop.Samples.Shop.History;

/// <summary>The same day, a year later.</summary>
internal static class Anniversary
{
    /// <summary>Bug: the 29th of February has no such day.</summary>
    public static DateOnly OfWithBug(DateOnly day) => new(day.Year + 1, day.Month, day.Day);

    /// <summary>The last day of February instead.</summary>
    public static DateOnly Of(DateOnly day) => day.AddYears(1);
}
