namespace Loop.SandboxFiles;

/// <summary>One thing that is wrong with a sandbox file.</summary>
/// <param name="File">File as it was named.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
/// <param name="Nearest">The right key or value that is nearest to what was written; null when there is none.</param>
public sealed record SandboxFileFault(string File, int Line, int Column, string Message, string? Nearest = null)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}{(Nearest is null ? "" : $"; did you mean '{Nearest}'?")}";
}

/// <summary>A sandbox file, or all its faults.</summary>
/// <param name="File">Null when there is a fault.</param>
/// <param name="Faults">By place.</param>
public sealed record SandboxFileResult(SandboxFile? File, IReadOnlyList<SandboxFileFault> Faults);
