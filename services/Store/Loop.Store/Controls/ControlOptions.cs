using System.ComponentModel.DataAnnotations;

namespace Loop.Store.Controls;

/// <summary>Whether and how often a healthy conversation is kept beside failing ones.</summary>
public sealed class ControlOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string SectionName = "Loop:Store:Controls";

    /// <summary>False keeps no controls: replays then cannot tell a failure that comes back from a sandbox that is broken. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How long one control serves all failures of its entry route before a fresh one is looked for. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Period { get; set; } = TimeSpan.FromHours(1);
}
