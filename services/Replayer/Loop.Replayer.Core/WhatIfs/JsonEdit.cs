using System.Globalization;
using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.WhatIfs;

/// <summary>Exchanges one value of a JSON text; all other bytes stay.</summary>
internal ref struct JsonEdit
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = NodeBudget.MaximumDepth };
    private readonly IReadOnlyList<string> _steps;
    private Utf8JsonReader _reader;

    private JsonEdit(byte[] text, IReadOnlyList<string> steps)
    {
        _steps = steps;
        _reader = new Utf8JsonReader(text, Options);
    }

    /// <summary>The changed text; null when it is no JSON, or does not hold the place exactly once.</summary>
    public static byte[]? Set(byte[] text, ValuePathText path, byte[] value)
    {
        try
        {
            JsonEdit edit = new(text, path.Steps);
            List<Range> found = [];
            edit._reader.Read();
            edit.Value(0, found);
            if (edit._reader.Read() || found is not [Range place])
                return null;
            (int start, int length) = place.GetOffsetAndLength(text.Length);
            return [.. text.AsSpan(0, start), .. value, .. text.AsSpan(start + length)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // At the first token of a value that lies on the path.
    private void Value(int depth, List<Range> found)
    {
        if (depth == _steps.Count)
        {
            int start = (int)_reader.TokenStartIndex;
            _reader.Skip();
            found.Add(start..(int)_reader.BytesConsumed);
        }
        else if (_reader.TokenType is JsonTokenType.StartObject && Name(_steps[depth]) is { } name)
        {
            while (_reader.Read() && _reader.TokenType is not JsonTokenType.EndObject)
                Child(_reader.ValueTextEquals(name), depth, found);
        }
        else if (_reader.TokenType is JsonTokenType.StartArray && Index(_steps[depth]) is { } index)
        {
            Items(index, depth, found);
        }
        else
        {
            _reader.Skip();
        }
    }

    private void Child(bool isOnPath, int depth, List<Range> found)
    {
        _reader.Read();
        if (isOnPath)
            Value(depth + 1, found);
        else
            _reader.Skip();
    }

    private void Items(int wanted, int depth, List<Range> found)
    {
        for (int index = 0; _reader.Read() && _reader.TokenType is not JsonTokenType.EndArray; index++)
        {
            if (index == wanted)
                Value(depth + 1, found);
            else
                _reader.Skip();
        }
    }

    private static string? Name(string step) => step switch
    {
        ['.', .. var name] => name,
        ['[', '\'', .. var name, '\'', ']'] => name,
        _ => null,
    };

    private static int? Index(string step) =>
        step[0] == '[' && int.TryParse(step.AsSpan(1, step.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
}
