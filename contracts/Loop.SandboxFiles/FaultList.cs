using Loop.SandboxFiles.Yaml;

namespace Loop.SandboxFiles;

/// <summary>Collects all faults of one file. Used by one read on one thread.</summary>
internal sealed class FaultList(string file)
{
    private readonly List<SandboxFileFault> _faults = [];

    public bool IsEmpty => _faults.Count == 0;

    public IReadOnlyList<SandboxFileFault> Sorted => [.. _faults.OrderBy(fault => fault.Line).ThenBy(fault => fault.Column)];

    public void Add(int line, int column, string message, string? nearest = null) => _faults.Add(new SandboxFileFault(file, line, column, message, nearest));

    public void Add(YamlNode at, string message, string? nearest = null) => Add(at.Line, at.Column, message, nearest);
}
