using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Loop.SandboxFiles;

/// <summary>
/// Makes the copy of a sandbox file for another folder. Programs stay where they are: the copy's <c>folder</c> leads back to the folder that they were named
/// relative to. Data (seeds, written bodies, descriptors) goes with the copy. The text is edited in place, so that comments and unknown forms of writing stay.
/// </summary>
public static class SandboxFileMover
{
    /// <summary>Folder of the data, beside the copy.</summary>
    public const string DataFolder = "files";

    /// <summary>The copy; nothing is written yet.</summary>
    /// <param name="text">Content of a sandbox file without faults.</param>
    /// <param name="path">Its absolute path.</param>
    /// <param name="target">Absolute path of the folder of the copy.</param>
    public static MovedSandboxFile Move(string text, string path, string target)
    {
        text = text.TrimStart('\uFEFF').ReplaceLineEndings("\n");
        string folder = (SandboxFileReader.Read(text, path).File ?? throw new ArgumentException("The sandbox file has faults.", nameof(text))).FolderOf(path);
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        Dictionary<string, string> names = [];
        List<TextEdit> edits = [FolderEdit(root, Path.GetRelativePath(target, folder))];
        foreach (YamlScalarNode data in DataPaths(root).Where(node => node.Value is { Length: > 0 }))
        {
            string source = Path.GetFullPath(data.Value!, folder);
            if (!names.TryGetValue(source, out string? name))
                names[source] = name = Unused(Path.GetFileName(source), names.Values);
            edits.Add(TextEdit.Of(data, Path.GetRelativePath(folder, Path.Combine(target, DataFolder, name))));
        }

        string moved = edits.OrderByDescending(edit => edit.Start).Aggregate(text, (all, edit) => edit.Apply(all));
        return SandboxFileReader.Read(moved, path).File?.FolderOf(Path.Combine(target, SandboxFile.FileName)) == folder
            ? new MovedSandboxFile(moved, [.. names.Select(pair => new MovedData(pair.Key, $"{DataFolder}/{pair.Value}"))])
            : throw new InvalidOperationException($"The copy of {path} would not read as the file does.");
    }

    private static TextEdit FolderEdit(YamlMappingNode root, string folder)
    {
        if (Child(root, "folder") is YamlScalarNode known)
            return TextEdit.Of(known, folder);
        (YamlNode first, _) = root.Children.First();
        string separator = root.Style is YamlDotNet.Core.Events.MappingStyle.Flow ? ", " : "\n";
        return new TextEdit((int)first.Start.Index, (int)first.Start.Index, $"folder: {TextEdit.Scalar(folder)}{separator}");
    }

    private static IEnumerable<YamlScalarNode> DataPaths(YamlMappingNode root)
    {
        IEnumerable<YamlNode?> seeds = Items(Child(root, "services")).Select(service => Child(Child(service, "state"), "seed")).Concat(Items(Child(root, "dependencies")).Select(dependency => Child(dependency, "seed")));
        IEnumerable<YamlNode?> paths =
        [
            .. seeds.SelectMany(seed => new[] { Child(seed, "sql"), Child(seed, "dump") }),
            .. Items(Child(root, "background")).Select(call => Child(Child(call, "answer"), "bodyFile")),
            .. Items(Child(root, "services")).SelectMany(service => Items(Child(service, "descriptors"))),
        ];
        return paths.OfType<YamlScalarNode>();
    }

    private static YamlNode? Child(YamlNode? node, string key) =>
        (node as YamlMappingNode)?.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode scalar && scalar.Value == key).Value;

    private static IEnumerable<YamlNode> Items(YamlNode? node) => node switch
    {
        YamlMappingNode map => map.Children.Values,
        YamlSequenceNode list => list.Children,
        _ => [],
    };

    private static string Unused(string name, IEnumerable<string> taken)
    {
        for (int number = 1; ; number++)
        {
            string candidate = number == 1 ? name : $"{number}-{name}";
            if (!taken.Contains(candidate))
                return candidate;
        }
    }

    private sealed record TextEdit(int Start, int End, string Text)
    {
        public static TextEdit Of(YamlScalarNode node, string value) => new((int)node.Start.Index, (int)node.End.Index, Scalar(value));

        public string Apply(string text) => string.Concat(text.AsSpan(0, Start), Text, text.AsSpan(End));

        // YAML reads JSON's strings.
        public static string Scalar(string value) => JsonSerializer.Serialize(value);
    }
}

/// <summary>The copy of a sandbox file.</summary>
/// <param name="Text">Its content.</param>
/// <param name="Data">Files that go with it.</param>
public sealed record MovedSandboxFile(string Text, IReadOnlyList<MovedData> Data);

/// <summary>A file that goes with the copy of a sandbox file.</summary>
/// <param name="Source">Absolute path where it is.</param>
/// <param name="Target">Path relative to the copy's folder.</param>
public sealed record MovedData(string Source, string Target);
