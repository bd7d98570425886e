using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Noise;

namespace Loop.Replayer.Core.Links;

/// <summary>Exchanges ids in strings and numbers of JSON, at their places; all other bytes stay.</summary>
internal ref struct JsonRewriter
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = NodeBudget.MaximumDepth };
    private readonly ReadOnlySpan<byte> _body;
    private readonly Exchanges _exchanges;
    private readonly ArrayBufferWriter<byte> _written;
    private Utf8JsonReader _reader;
    private int _copied;

    private JsonRewriter(byte[] body, Exchanges exchanges)
    {
        _body = body;
        _exchanges = exchanges;
        _written = new ArrayBufferWriter<byte>(body.Length + 1);
        _reader = new Utf8JsonReader(body, Options);
    }

    /// <summary>False when the body is no JSON. The same array comes back when nothing changed.</summary>
    public static bool TryRewrite(byte[] body, Exchanges exchanges, out byte[] rewritten)
    {
        rewritten = body;
        try
        {
            JsonRewriter rewriter = new(body, exchanges);
            rewriter._reader.Read();
            rewriter.Value("body $");
            if (rewriter._reader.Read() || rewriter._copied == 0)
                return true;
            rewriter._written.Write(rewriter._body[rewriter._copied..]);
            rewritten = rewriter._written.WrittenSpan.ToArray();
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private void Value(string place)
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Members(place);
                break;
            case JsonTokenType.StartArray:
                for (int index = 0; _reader.Read() && _reader.TokenType is not JsonTokenType.EndArray; index++)
                    Value($"{place}{BodyPlace.Item(index)}");
                break;
            case JsonTokenType.String:
                Exchange(place, _reader.GetString()!, isNumber: false);
                break;
            case JsonTokenType.Number:
                Exchange(place, Encoding.ASCII.GetString(_reader.ValueSpan), isNumber: true);
                break;
        }
    }

    private void Members(string place)
    {
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType is not JsonTokenType.EndObject)
        {
            string name = _reader.GetString()!;
            int occurrence = seen[name] = seen.GetValueOrDefault(name) + 1;
            _reader.Read();
            Value(BodyPlace.Child(place, BodyPlace.Member(name), occurrence));
        }
    }

    private void Exchange(string place, string value, bool isNumber)
    {
        IReadOnlyList<(string From, string To)> pairs = _exchanges(place);
        if (pairs.Count == 0 || TokenText.Replace(value, pairs) is var changed && changed == value)
            return;
        _written.Write(_body[_copied..(int)_reader.TokenStartIndex]);
        _copied = (int)_reader.BytesConsumed;
        // An id that is no number any more is written as the text that it is.
        bool staysNumber = isNumber && NumberForm.Read(changed) is not null;
        _written.Write(Encoding.UTF8.GetBytes(staysNumber ? changed : $"\"{JsonEncodedText.Encode(changed, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""));
    }
}
