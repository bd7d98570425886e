namespace Loop.Capture.Core.Decoding;

/// <summary>
/// Walks a serialised <c>envoy.config.core.v3.HeaderMap</c> (headers = 1 of key = 1, value = 2, raw_value = 3), or the headers that another message holds
/// in a field of its own.
/// </summary>
internal ref struct HeaderMapWalker(ReadOnlySpan<byte> headerMap, int headersField = 1)
{
    private WireWalker _headers = new(headerMap);
    private bool _isItemMalformed;

    /// <summary>Name as it was sent.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary><c>raw_value</c>, which Envoy fills since 1.32, else <c>value</c>.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The walk stopped before the end, or an item is damaged.</summary>
    public readonly bool IsMalformed => _headers.IsMalformed || _isItemMalformed;

    /// <summary>Goes to the next header.</summary>
    public bool Next()
    {
        while (_headers.Next())
        {
            if (_headers.Field == headersField && _headers.IsBytes)
            {
                ReadItem(_headers.Bytes);
                return true;
            }
        }

        return false;
    }

    private void ReadItem(ReadOnlySpan<byte> item)
    {
        var fields = new WireWalker(item);
        ReadOnlySpan<byte> text = default;
        Name = Value = default;
        while (fields.Next())
        {
            if (!fields.IsBytes)
                continue;
            if (fields.Field == 1)
                Name = fields.Bytes;
            else if (fields.Field == 2)
                text = fields.Bytes;
            else if (fields.Field == 3)
                Value = fields.Bytes;
        }

        if (Value.IsEmpty)
            Value = text;
        _isItemMalformed |= fields.IsMalformed;
    }
}
