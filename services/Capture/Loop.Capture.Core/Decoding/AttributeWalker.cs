using System.Globalization;

namespace Loop.Capture.Core.Decoding;

/// <summary>Walks a serialised <c>google.protobuf.Struct</c> of Envoy's attributes: fields = 1 of key = 1, value = 2.</summary>
internal ref struct AttributeWalker(ReadOnlySpan<byte> structBytes)
{
    private WireWalker _fields = new(structBytes);
    private bool _isItemMalformed;
    private double? _number;

    /// <summary>Name of the attribute.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The value if it is text.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>The walk stopped before the end, or an item is damaged.</summary>
    public readonly bool IsMalformed => _fields.IsMalformed || _isItemMalformed;

    /// <summary>The value as a whole number, whether it came as number or, as from Envoy 1.31, as text.</summary>
    public readonly ulong? Number => _number switch
    {
        >= 0 and <= long.MaxValue => (ulong)_number,
        null when ulong.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) => number,
        _ => null,
    };

    /// <summary>Goes to the next attribute.</summary>
    public bool Next()
    {
        while (_fields.Next())
        {
            if (_fields.Field == 1 && _fields.IsBytes)
            {
                ReadItem(_fields.Bytes);
                return true;
            }
        }

        return false;
    }

    private void ReadItem(ReadOnlySpan<byte> item)
    {
        var fields = new WireWalker(item);
        Name = Text = default;
        _number = null;
        while (fields.Next())
        {
            if (fields.Field == 1 && fields.IsBytes)
                Name = fields.Bytes;
            else if (fields.Field == 2 && fields.IsBytes)
                ReadValue(fields.Bytes);
        }

        _isItemMalformed |= fields.IsMalformed;
    }

    private void ReadValue(ReadOnlySpan<byte> value)
    {
        // google.protobuf.Value: number_value = 2, string_value = 3; nothing else of interest is sent.
        var fields = new WireWalker(value);
        while (fields.Next())
        {
            if (fields.Field == 2 && !fields.IsBytes)
                _number = BitConverter.UInt64BitsToDouble(fields.Number);
            else if (fields.Field == 3 && fields.IsBytes)
                Text = fields.Bytes;
        }

        _isItemMalformed |= fields.IsMalformed;
    }
}
