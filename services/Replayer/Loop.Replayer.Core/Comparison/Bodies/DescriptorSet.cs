using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Protobuf types from descriptor sets, as <c>protoc --include_imports --descriptor_set_out</c> writes them.</summary>
public sealed class DescriptorSet
{
    private readonly IReadOnlyDictionary<string, MethodShapes> _methods;

    private DescriptorSet(IReadOnlyList<FileDescriptor> files) => _methods = files
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .GroupBy(method => $"/{method.Service.FullName}/{method.Name}", StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => new MethodShapes(new MessageShape(group.First().InputType), new MessageShape(group.First().OutputType)), StringComparer.Ordinal);

    /// <summary>No types: messages compare by their wire form.</summary>
    public static DescriptorSet Empty { get; } = new([]);

    /// <summary>Reads the contents of descriptor set files.</summary>
    /// <param name="sets">One per file; a file that several of them hold counts once.</param>
    public static DescriptorSetResult Read(IEnumerable<ReadOnlyMemory<byte>> sets)
    {
        try
        {
            Dictionary<string, FileDescriptorProto> files = new(StringComparer.Ordinal);
            foreach (FileDescriptorProto file in sets.SelectMany(set => FileDescriptorSet.Parser.ParseFrom(set.Span).File))
                files.TryAdd(file.Name, file);
            return new DescriptorSetResult(new DescriptorSet(FileDescriptor.BuildFromByteStrings(InOrder(files))), null);
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or DescriptorValidationException or ArgumentException or InvalidDataException or InvalidOperationException or KeyNotFoundException)
        {
            return new DescriptorSetResult(null, $"no valid descriptor set: {error.Message}");
        }
    }

    /// <summary>The types of a method by its path, <c>/shop.Orders/Get</c>; null when it is unknown.</summary>
    public MethodShapes? Method(string? path) => path is null ? null : _methods.GetValueOrDefault(path);

    // A file stands behind those that it imports.
    private static List<ByteString> InOrder(Dictionary<string, FileDescriptorProto> files)
    {
        List<ByteString> ordered = [];
        HashSet<string> begun = new(StringComparer.Ordinal);
        foreach (FileDescriptorProto file in files.Values)
            Visit(file, 0);
        return ordered;

        void Visit(FileDescriptorProto file, int depth)
        {
            if (depth > NodeBudget.MaximumDepth)
                throw new InvalidDataException("imports are nested too deeply");
            if (!begun.Add(file.Name))
                return;
            foreach (string import in file.Dependency)
                Visit(files.TryGetValue(import, out FileDescriptorProto? imported) ? imported : throw new InvalidDataException($"{file.Name} imports {import}, which is missing; use --include_imports"), depth + 1);
            ordered.Add(file.ToByteString());
        }
    }
}

/// <summary>Types, or why there are none.</summary>
/// <param name="Set">The types; null when they were refused.</param>
/// <param name="Refusal">What is wrong; null when nothing is.</param>
public sealed record DescriptorSetResult(DescriptorSet? Set, string? Refusal);
