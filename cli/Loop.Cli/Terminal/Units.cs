namespace Loop.Cli.Terminal;

/// <summary>Numbers as people read them.</summary>
public static class Units
{
    private const double Kibi = 1024;

    /// <summary><c>383 B</c>, <c>1.5 KiB</c>, <c>5.0 MiB</c>, <c>1.2 GiB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => $"{bytes / Kibi:0.0} KiB",
        < 1024L * 1024 * 1024 => $"{bytes / Kibi / Kibi:0.0} MiB",
        _ => $"{bytes / Kibi / Kibi / Kibi:0.0} GiB",
    };

    /// <summary><c>0.8 ms</c>, <c>132 ms</c>, <c>4.21 s</c>, <c>2 min 5 s</c>.</summary>
    public static string Milliseconds(double milliseconds) => milliseconds switch
    {
        < 10 => $"{milliseconds:0.0} ms",
        < 1000 => $"{milliseconds:0} ms",
        < 60_000 => $"{milliseconds / 1000:0.00} s",
        _ => Long(TimeSpan.FromMilliseconds(milliseconds)),
    };

    /// <summary>An age: <c>12 s</c>, <c>3 min 5 s</c>, <c>2 h 10 min</c>, <c>4 d</c>.</summary>
    public static string Long(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => $"{Math.Max(span.TotalSeconds, 0):0} s",
        { TotalHours: < 1 } => $"{(int)span.TotalMinutes} min {span.Seconds} s",
        { TotalDays: < 1 } => $"{(int)span.TotalHours} h {span.Minutes} min",
        _ => $"{(int)span.TotalDays} d",
    };

    /// <summary>Clock time within the last 20 hours, else the date too: what logs are searched by.</summary>
    public static string When(DateTimeOffset at, TimeProvider time)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(at, time.LocalTimeZone);
        return (time.GetUtcNow() - at).TotalHours is < 20 and > -1 ? $"{local:HH:mm:ss}" : $"{local:yyyy-MM-dd HH:mm}";
    }

    /// <summary>One of a thing, or several: <c>1 hop</c>, <c>2 hops</c>.</summary>
    public static string Count(long count, string singular) => count == 1 ? $"1 {singular}" : $"{count} {singular}s";
}
