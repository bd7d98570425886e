namespace Loop.Capture.Core.Tap;

/// <summary>What one byte of concatenated JSON documents means for their borders.</summary>
internal enum JsonBorder
{
    /// <summary>Between documents.</summary>
    Between,

    /// <summary>The first byte of a document.</summary>
    Begin,

    /// <summary>Inside a document.</summary>
    Inside,

    /// <summary>The last byte of a document.</summary>
    End,

    /// <summary>The document before was cut off; this byte begins the next one.</summary>
    Restart,
}

/// <summary>
/// Finds the borders of JSON documents that follow each other without delimiter, byte by byte, so that the cut of the input does not matter.
/// A document that was cut off is noticed where a brace stands that cannot stand there in JSON, so that it costs only itself.
/// </summary>
internal sealed class JsonDocumentSplitter
{
    private int _depth;
    private bool _isInString;
    private bool _isEscaped;
    private bool _isIndented;
    private byte _lastSignificant;
    private byte _last;

    /// <summary>Takes the next byte.</summary>
    public JsonBorder Take(byte current)
    {
        byte before = _last;
        _last = current;
        if (_depth == 0)
            return current == (byte)'{' ? Begin(JsonBorder.Begin) : JsonBorder.Between;
        if (_isInString)
            return TakeInString(current);
        _isIndented |= before == (byte)'\n' && current is (byte)' ' or (byte)'\t';
        switch (current)
        {
            case (byte)'"':
                _isInString = true;
                break;
            case (byte)'{' when IsOutOfPlace(before):
                return Begin(JsonBorder.Restart);
            case (byte)'{' or (byte)'[':
                _depth++;
                break;
            case (byte)'}' or (byte)']':
                _depth--;
                break;
        }

        if (current > (byte)' ')
            _lastSignificant = current;
        return _depth == 0 ? JsonBorder.End : JsonBorder.Inside;
    }

    /// <summary>Gives the current document up.</summary>
    public void Reset() => (_depth, _isInString, _isEscaped) = (0, false, false);

    private JsonBorder TakeInString(byte current)
    {
        // A raw line feed cannot stand in a JSON string: the string was cut off, and the structure outside goes on.
        if (current == (byte)'\n')
            (_isInString, _isEscaped, _lastSignificant) = (false, false, (byte)'"');
        else if (_isEscaped)
            _isEscaped = false;
        else if (current == (byte)'\\')
            _isEscaped = true;
        else if (current == (byte)'"')
            (_isInString, _lastSignificant) = (false, (byte)'"');
        return JsonBorder.Inside;
    }

    // Inside a document a brace follows a colon, a comma or a bracket; and where a printer indents, as Envoy's does, a brace at the start of a line begins a document.
    private bool IsOutOfPlace(byte before) => _lastSignificant is not ((byte)':' or (byte)',' or (byte)'[') || (_isIndented && before == (byte)'\n');

    private JsonBorder Begin(JsonBorder border)
    {
        (_depth, _isInString, _isEscaped, _isIndented, _lastSignificant) = (1, false, false, false, (byte)'{');
        return border;
    }
}
