namespace Loop.Store.Core.ReadModels;

/// <summary>Which conversations a list shows.</summary>
public enum ListScope
{
    /// <summary>What failed and what a person kept.</summary>
    WithoutControls,

    /// <summary>Those kept as controls alone.</summary>
    ControlsOnly,

    /// <summary>Both.</summary>
    All,
}
