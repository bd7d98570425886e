using Loop.SandboxFiles.Format;
using Loop.SandboxFiles.Yaml;

namespace Loop.SandboxFiles;

/// <summary>Reads a sandbox file. Every fault is reported, not only the first: a person mends a file once.</summary>
public static class SandboxFileReader
{
    /// <summary>The file, or what is wrong with it.</summary>
    /// <param name="text">Content.</param>
    /// <param name="name">Name for the faults.</param>
    public static SandboxFileResult Read(string text, string name = SandboxFile.FileName)
    {
        FaultList faults = new(name);
        YamlNode? root = YamlLoader.Load(text, faults);
        if (root is not null)
            new ShapeChecker(faults).Check(root, SandboxFormat.Root, "");
        if (root is YamlMap map)
            ReferenceRules.Check(map, faults);
        return faults.IsEmpty ? new SandboxFileResult(SandboxFileBinder.Bind((YamlMap)root!), []) : new SandboxFileResult(null, faults.Sorted);
    }
}
