using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Core.Ring;

/// <summary>Checks single values by their annotations, then what two of them say together. Reports all faults at once.</summary>
public sealed class RingOptionsValidator : IValidateOptions<RingOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        var results = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true))
            faults.AddRange(results.Select(result => $"{RingOptions.SectionName}: {result.ErrorMessage}"));
        if (options.BodyLimitBytes > options.PoolBytes * options.InProgressPercent / 100)
        {
            faults.Add($"{RingOptions.SectionName}:BodyLimitBytes = {options.BodyLimitBytes} is more than InProgressPercent of PoolBytes allows "
                + $"({options.PoolBytes * options.InProgressPercent / 100}): enlarge PoolBytes or lower BodyLimitBytes.");
        }

        AddUnlessPositive(faults, nameof(RingOptions.BrokenOffWait), options.BrokenOffWait);
        AddUnlessPositive(faults, nameof(RingOptions.SweepInterval), options.SweepInterval);
        AddUnlessPositive(faults, nameof(RingOptions.LongLivedAfter), options.LongLivedAfter);
        AddUnlessPositive(faults, nameof(RingOptions.ReplayMarkAfterEnd), options.ReplayMarkAfterEnd);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void AddUnlessPositive(List<string> faults, string option, TimeSpan value)
    {
        if (value <= TimeSpan.Zero)
            faults.Add($"{RingOptions.SectionName}:{option} = {value} must be longer than zero.");
    }
}
