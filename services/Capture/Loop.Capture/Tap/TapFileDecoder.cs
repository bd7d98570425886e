using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tap;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Tap;

/// <summary>Decodes a whole tap file before anything of it is fed: a file that turns out to be damaged in its middle must not be imported by half, and then again.</summary>
internal static class TapFileDecoder
{
    private static readonly string[] Extensions = [".pb", ".pb_length_delimited", ".json"];

    /// <summary>True for the kinds of files that are read; <c>.pb_text</c> is not.</summary>
    public static bool IsTapFile(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.Ordinal);

    /// <summary>The traces of a file, or why there are none.</summary>
    public static TapFileContent Decode(string path, byte[] bytes)
    {
        if (bytes.Length == 0)
            return new TapFileContent([], "the file is empty");
        var traces = new List<TraceWrapper>();
        string? fault = Path.GetExtension(path) switch
        {
            ".pb" => DecodeBinary(bytes, traces),
            ".pb_length_delimited" => DecodeDelimited(bytes, traces),
            _ => DecodeJson(bytes, traces),
        };
        if (fault is null && traces.TrueForAll(trace => trace.TraceCase is TraceWrapper.TraceOneofCase.None))
            fault = "the file holds no trace";
        return new TapFileContent(traces, fault);
    }

    private static string? DecodeBinary(byte[] bytes, List<TraceWrapper> traces)
    {
        try
        {
            traces.Add(TraceWrapper.Parser.ParseFrom(bytes));
            return null;
        }
        catch (InvalidProtocolBufferException damaged)
        {
            return $"it is not a TraceWrapper: {damaged.Message}";
        }
    }

    private static string? DecodeDelimited(byte[] bytes, List<TraceWrapper> traces)
    {
        using var input = new CodedInputStream(bytes);
        try
        {
            while (!input.IsAtEnd)
            {
                var trace = new TraceWrapper();
                input.ReadMessage(trace);
                traces.Add(trace);
            }

            return null;
        }
        catch (InvalidProtocolBufferException damaged)
        {
            return $"trace {traces.Count + 1} is damaged or cut off: {damaged.Message}";
        }
    }

    private static string? DecodeJson(byte[] bytes, List<TraceWrapper> traces)
    {
        var reader = new TapJsonReader();
        reader.Append(bytes);
        reader.Finish();
        while (reader.TryRead(out TapJsonDocument document))
        {
            if (document.Trace is null)
                return $"document {traces.Count + 1}: {document.Error}";
            traces.Add(document.Trace);
        }

        return null;
    }
}

/// <summary>What a tap file holds.</summary>
/// <param name="Traces">Its traces.</param>
/// <param name="Fault">Why it cannot be imported; null when it can.</param>
internal sealed record TapFileContent(IReadOnlyList<TraceWrapper> Traces, string? Fault)
{
    /// <summary>
    /// True when nothing more can come. Streamed traces have no end marker and Envoy writes them as they pass, so a file of segments whose exchange is
    /// not surely over may still grow, however long it was quiet.
    /// </summary>
    public bool IsSurelyWhole()
    {
        if (Fault is not null)
            return false;
        using var feeder = new TapTraceFeeder(NoShard.Instance, new ExchangeSource(CaptureInput.TapFile, ExchangeView.Unknown, null, null, "", null));
        foreach (TraceWrapper trace in Traces)
            feeder.Feed(trace, default);
        return feeder.OpenCount == 0;
    }
}
