using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Loop.Capture.Core.Decoding;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Core.Tap;

/// <summary>The small messages and scalars of a tap in JSON. Each reader stands on the value's first token when called and on its last when it returns.</summary>
internal static class TapJsonFields
{
    public static void ReadHeaders(ref Utf8JsonReader reader, RepeatedField<HeaderValue> headers)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new FormatException("Headers are a list.");
        for (Read(ref reader); reader.TokenType != JsonTokenType.EndArray; Read(ref reader))
        {
            Expect(reader, JsonTokenType.StartObject);
            headers.Add(ReadHeader(ref reader));
        }
    }

    public static Body ReadBody(ref Utf8JsonReader reader)
    {
        var body = new Body();
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "asbytes")
                body.AsBytes = ReadBytes(ref reader);
            else if (name == "asstring")
                body.AsString = Encoding.UTF8.GetString(ReadText(ref reader));
            else if (name == "truncated")
                body.Truncated = reader.TokenType == JsonTokenType.True;
            else
                reader.Skip();
        }

        return body;
    }

    public static Connection ReadConnection(ref Utf8JsonReader reader)
    {
        var connection = new Connection();
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "localaddress")
                connection.LocalAddress = ReadAddress(ref reader);
            else if (name == "remoteaddress")
                connection.RemoteAddress = ReadAddress(ref reader);
            else
                reader.Skip();
        }

        return connection;
    }

    /// <summary>A uint64: protobuf prints it as a string.</summary>
    public static ulong ReadNumber(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> text = reader.TokenType is JsonTokenType.String or JsonTokenType.Number ? reader.ValueSpan : default;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw new FormatException("A whole number is expected.");
    }

    public static Timestamp? ReadTime(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && Rfc3339.Parse(Encoding.UTF8.GetString(reader.ValueSpan)) is { } time ? time.ToTimestamp() : null;

    private static HeaderValue ReadHeader(ref Utf8JsonReader reader)
    {
        var header = new HeaderValue();
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "key")
                header.Key = Encoding.UTF8.GetString(ReadText(ref reader));
            else if (name == "value")
                header.Value = Encoding.UTF8.GetString(ReadText(ref reader));
            else if (name == "rawvalue")
                header.RawValue = ReadBytes(ref reader);
            else
                reader.Skip();
        }

        return header;
    }

    private static Address ReadAddress(ref Utf8JsonReader reader)
    {
        var address = new Address();
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "socketaddress")
                address.SocketAddress = ReadSocketAddress(ref reader);
            else if (name == "pipe")
                address.Pipe = new Pipe { Path = ReadPath(ref reader) };
            else
                reader.Skip();
        }

        return address;
    }

    private static SocketAddress ReadSocketAddress(ref Utf8JsonReader reader)
    {
        var address = new SocketAddress();
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "address")
                address.Address = Encoding.UTF8.GetString(ReadText(ref reader));
            else if (name == "portvalue")
                address.PortValue = checked((uint)ReadNumber(ref reader));
            else
                reader.Skip();
        }

        return address;
    }

    private static string ReadPath(ref Utf8JsonReader reader)
    {
        string path = "";
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "path")
                path = Encoding.UTF8.GetString(ReadText(ref reader));
            else
                reader.Skip();
        }

        return path;
    }

    private static ByteString ReadBytes(ref Utf8JsonReader reader)
    {
        // Standard and URL alphabet, with and without padding: all are allowed in protobuf's JSON.
        string text = Encoding.ASCII.GetString(ReadText(ref reader)).TrimEnd('=').Replace('-', '+').Replace('_', '/');
        return UnsafeByteOperations.UnsafeWrap(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
    }

    private static ReadOnlySpan<byte> ReadText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        Expect(reader, JsonTokenType.String);
        return Unescape(reader);
    }

    /// <summary>The bytes of a string or name. The reader's own methods throw on bytes that are not UTF-8; Envoy prints such bytes as they are.</summary>
    public static ReadOnlySpan<byte> Unescape(in Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? JsonText.Unescape(reader.ValueSpan) : reader.ValueSpan;

    private static void Expect(in Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
            throw new FormatException($"{type} is expected where {reader.TokenType} stands.");
    }

    /// <summary>Goes to the next token; there must be one.</summary>
    public static void Read(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            throw new FormatException("The document ends too early.");
    }
}
