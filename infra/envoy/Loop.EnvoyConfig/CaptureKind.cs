namespace Loop.EnvoyConfig;

/// <summary>How a proxy hands what it sees to Loop.</summary>
public enum CaptureKind
{
    /// <summary>ext_proc in observability mode: push, full bodies. The way to go.</summary>
    ExtProc,

    /// <summary>The tap filter writes a file per exchange into a directory that a capture node watches.</summary>
    TapFiles,

    /// <summary>The tap filter waits for a capture node that posts to the admin listener's <c>/tap</c>.</summary>
    AdminTap,

    /// <summary>No bodies at all.</summary>
    None,
}
