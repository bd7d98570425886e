using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Loop.SandboxFiles.Yaml;

/// <summary>Reads one YAML document into nodes with places.</summary>
internal sealed class YamlLoader
{
    // A file that a person writes; both limits keep a hostile one from taking the process down.
    private const int MaximumLength = 1024 * 1024;
    private const int MaximumDepth = 32;
    private readonly Parser _parser;
    private readonly FaultList _faults;

    private YamlLoader(string text, FaultList faults)
    {
        _parser = new Parser(new StringReader(text));
        _faults = faults;
    }

    /// <summary>The document's root; null when there is none or its syntax is broken, which is a fault then.</summary>
    public static YamlNode? Load(string text, FaultList faults)
    {
        if (text.Length > MaximumLength)
        {
            faults.Add(1, 1, "the file is longer than 1 MiB");
            return null;
        }

        try
        {
            return new YamlLoader(text, faults).Document();
        }
        catch (YamlException error)
        {
            faults.Add((int)error.Start.Line, (int)error.Start.Column, $"not YAML: {error.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    private YamlNode? Document()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _faults.Add(1, 1, "the file is empty");
            return null;
        }

        YamlNode root = Node(depth: 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out DocumentStart? second))
            _faults.Add((int)second.Start.Line, (int)second.Start.Column, "a second document begins here; a sandbox file is one document");
        return root;
    }

    private YamlNode Node(int depth)
    {
        ParsingEvent start = _parser.Consume<ParsingEvent>();
        (int line, int column) = ((int)start.Start.Line, (int)start.Start.Column);
        if (depth > MaximumDepth)
            throw new YamlException(start.Start, start.End, "nested too deep");
        switch (start)
        {
            case Scalar scalar:
                return new YamlText(line, column, scalar.Value, scalar.Style is ScalarStyle.Plain);
            case SequenceStart:
                List<YamlNode> items = [];
                while (!_parser.TryConsume<SequenceEnd>(out _))
                    items.Add(Node(depth + 1));
                return new YamlList(line, column, items);
            case MappingStart:
                return new YamlMap(line, column, Entries(depth));
            default:
                _faults.Add(line, column, "anchors and aliases are not read; write the value out");
                return new YamlText(line, column, "", IsPlain: false);
        }
    }

    private List<YamlEntry> Entries(int depth)
    {
        List<YamlEntry> entries = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            YamlNode key = Node(depth + 1);
            YamlNode value = Node(depth + 1);
            if (key is YamlText text)
                entries.Add(new YamlEntry(text, value));
            else
                _faults.Add(key.Line, key.Column, $"a key must be text, not {key.Kind}");
        }

        return entries;
    }
}
