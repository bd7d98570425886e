using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.Noise;

/// <summary>What every value at a place has in common. A value that lacks it is a difference, however noisy the place is.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Time), "time")]
[JsonDerivedType(typeof(Id), "id")]
[JsonDerivedType(typeof(Number), "number")]
[JsonDerivedType(typeof(Order), "order")]
public abstract record NoiseShape
{
    private NoiseShape()
    {
    }

    /// <summary>In words.</summary>
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>False for a shape that nothing can be compared with: a file may hold anything.</summary>
    [JsonIgnore]
    internal virtual bool IsSound => true;

    /// <summary>True when two runs may differ so.</summary>
    /// <param name="recorded">Recorded value.</param>
    /// <param name="replayed">Replayed value.</param>
    /// <param name="recordedStart">When the recorded exchange began, by its clock; null when unknown.</param>
    /// <param name="replayedStart">When the replayed one began, by its own.</param>
    internal virtual bool Admits(string recorded, string replayed, DateTimeOffset? recordedStart, DateTimeOffset? replayedStart) =>
        Fits(recorded, recordedStart) && Fits(replayed, replayedStart);

    private protected virtual bool Fits(string value, DateTimeOffset? start) => false;

    /// <summary>A time of one format.</summary>
    /// <param name="Format">As <see cref="TimeForm"/> writes it.</param>
    /// <param name="EarliestSeconds">How far it lay from the start of its exchange at least; null when it did not follow the clock.</param>
    /// <param name="LatestSeconds">At most.</param>
    public sealed record Time(string Format, double? EarliestSeconds, double? LatestSeconds) : NoiseShape
    {
        /// <summary>Runs are slower or faster than each other by this much: a loaded machine, a cold start.</summary>
        private const double RunToleranceSeconds = 60;

        /// <inheritdoc/>
        public override string Name => $"a time such as {Format}";

        /// <summary>How far two times of a format may be apart and still follow one clock.</summary>
        internal static double ToleranceSeconds(string format) => RunToleranceSeconds + TimeForm.PrecisionSeconds(format);

        private protected override bool Fits(string value, DateTimeOffset? start)
        {
            if (TimeForm.Read(value) is not { } time || time.Format != Format)
                return false;
            if (start is not { } begun || EarliestSeconds is not { } earliest || LatestSeconds is not { } latest)
                return true;
            double offset = (time.Value - begun).TotalSeconds;
            return offset >= earliest - ToleranceSeconds(Format) && offset <= latest + ToleranceSeconds(Format);
        }
    }

    /// <summary>An id: what stays stays, what varies keeps its alphabet, its length and its UUID version.</summary>
    /// <param name="Pattern">A regular expression over the whole value.</param>
    public sealed record Id(string Pattern) : NoiseShape
    {
        private Regex? _regex;

        /// <inheritdoc/>
        public override string Name => $"an id of the form {Pattern[2..^2]}";

        internal override bool IsSound
        {
            get
            {
                // The whole value, or a part that fits would hide the rest.
                if (Pattern is null || !Pattern.StartsWith(@"\A", StringComparison.Ordinal) || !Pattern.EndsWith(@"\z", StringComparison.Ordinal) || Pattern.Length <= 4)
                    return false;
                try
                {
                    return Compiled is not null;
                }
                catch (Exception error) when (error is ArgumentException or NotSupportedException)
                {
                    return false;
                }
            }
        }

        private Regex Compiled => _regex ??= new Regex(Pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

        private protected override bool Fits(string value, DateTimeOffset? start) => Compiled.IsMatch(value);

        /// <inheritdoc/>
        public bool Equals(Id? other) => other?.Pattern == Pattern;

        /// <inheritdoc/>
        public override int GetHashCode() => Pattern.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>A measured number.</summary>
    /// <param name="Whole">True when it never has decimals.</param>
    /// <param name="Tolerance">How far two runs may be apart: twice what was seen.</param>
    public sealed record Number(bool Whole, double Tolerance) : NoiseShape
    {
        /// <inheritdoc/>
        public override string Name => string.Create(CultureInfo.InvariantCulture, $"a number within ±{Tolerance:R}");

        internal override bool Admits(string recorded, string replayed, DateTimeOffset? recordedStart, DateTimeOffset? replayedStart) =>
            NumberForm.Read(recorded) is { } before && NumberForm.Read(replayed) is { } after
            && (!Whole || (before.IsWhole && after.IsWhole)) && Math.Abs(before.Value - after.Value) <= Tolerance;
    }

    /// <summary>Items in any order: which items, and how often each, counts.</summary>
    public sealed record Order : NoiseShape
    {
        /// <inheritdoc/>
        public override string Name => "items in any order";
    }
}
