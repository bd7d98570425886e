using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Loop.LoadLab.Size;

/// <summary>A JSON tap file of one exchange.</summary>
/// <param name="Bytes">Size of the file.</param>
/// <param name="At">When the request's headers came, for the order.</param>
/// <param name="Raw">The exchange as HTTP/1.1 text: what had to cross the wire.</param>
internal sealed partial record TapFile(long Bytes, string At, byte[] Raw)
{
    /// <summary>All files of a directory by trace id; those without one are left out.</summary>
    public static ILookup<string, TapFile> ReadAll(string directory) =>
        Directory.EnumerateFiles(directory, "*.json").Select(File.ReadAllText)
            .Select(text => (Trace: TraceParent().Match(text).Groups["trace"].Value, Text: text))
            .Where(file => file.Trace.Length > 0)
            .ToLookup(file => file.Trace, file => Parse(file.Text));

    private static TapFile Parse(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement trace = document.RootElement.GetProperty("http_buffered_trace");
        JsonElement request = trace.GetProperty("request");
        using var raw = new MemoryStream();
        Write(raw, request, headers => $"{headers[":method"]} {headers[":path"]} HTTP/1.1\r\nhost: {headers[":authority"]}\r\n");
        if (trace.TryGetProperty("response", out JsonElement response))
            Write(raw, response, headers => $"HTTP/1.1 {headers[":status"]}\r\n");
        return new TapFile(Encoding.UTF8.GetByteCount(text), request.GetProperty("headers_received_time").GetString()!, raw.ToArray());
    }

    private static void Write(MemoryStream raw, JsonElement message, Func<Dictionary<string, string>, string> start)
    {
        List<(string Name, string Value)> headers = [.. message.GetProperty("headers").EnumerateArray().Select(header => (header.GetProperty("key").GetString()!, header.GetProperty("value").GetString()!))];
        string text = start(headers.Where(header => header.Name[0] == ':').ToDictionary(header => header.Name, header => header.Value))
            + string.Concat(headers.Where(header => header.Name[0] != ':').Select(header => $"{header.Name}: {header.Value}\r\n")) + "\r\n";
        raw.Write(Encoding.UTF8.GetBytes(text));
        if (message.TryGetProperty("body", out JsonElement body) && body.TryGetProperty("as_bytes", out JsonElement bytes))
            raw.Write(bytes.GetBytesFromBase64());
    }

    [GeneratedRegex("\"traceparent\",\\s*\"value\": \"00-(?<trace>[0-9a-f]{32})")]
    private static partial Regex TraceParent();
}
