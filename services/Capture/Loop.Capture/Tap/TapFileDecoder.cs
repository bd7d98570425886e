using System.Buffers;
using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tap;
using Loop.Contracts.Exchanges;

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
            return TapFileContent.Unusable("the file is empty");
        var traces = new List<ReadOnlyMemory<byte>>();
        string? fault = null;
        switch (Path.GetExtension(path))
        {
            case ".pb":
                traces.Add(bytes);
                break;
            case ".pb_length_delimited":
                fault = SplitDelimited(bytes, traces);
                break;
            default:
                fault = DecodeJson(bytes, traces);
                break;
        }

        return fault is null ? Check(traces) : TapFileContent.Unusable(fault);
    }

    private static string? SplitDelimited(byte[] bytes, List<ReadOnlyMemory<byte>> traces)
    {
        using var input = new CodedInputStream(bytes);
        try
        {
            while (!input.IsAtEnd)
                traces.Add(input.ReadBytes().Memory);
            return null;
        }
        catch (InvalidProtocolBufferException damaged)
        {
            return $"trace {traces.Count + 1} is damaged or cut off: {damaged.Message}";
        }
    }

    private static string? DecodeJson(byte[] bytes, List<ReadOnlyMemory<byte>> traces)
    {
        var reader = new TapJsonReader();
        reader.Append(bytes);
        reader.Finish();
        while (reader.TryRead(out TapJsonDocument document))
        {
            if (document.Trace is null)
                return $"document {traces.Count + 1}: {document.Error}";
            traces.Add(document.Trace.ToByteArray());
        }

        return null;
    }

    // What feeding will find, found by feeding it to nobody.
    private static TapFileContent Check(List<ReadOnlyMemory<byte>> traces)
    {
        using var feeder = new TapTraceFeeder(NoShard.Instance, new ExchangeSource(CaptureInput.TapFile, ExchangeView.Unknown, null, null, "", null));
        bool hasTrace = false;
        for (int index = 0; index < traces.Count; index++)
        {
            TapFeedResult result = feeder.Feed(new ReadOnlySequence<byte>(traces[index]), default);
            if (result is TapFeedResult.Malformed)
                return TapFileContent.Unusable($"trace {index + 1} is not a TraceWrapper, or damaged");
            hasTrace |= result is not TapFeedResult.NoTrace;
        }

        return hasTrace ? new TapFileContent(traces, null, feeder.OpenCount == 0) : TapFileContent.Unusable("the file holds no trace");
    }
}

/// <summary>What a tap file holds.</summary>
/// <param name="Traces">Its traces, serialised <c>TraceWrapper</c>s.</param>
/// <param name="Fault">Why it cannot be imported; null when it can.</param>
/// <param name="IsSurelyWhole">
/// True when nothing more can come. Streamed traces have no end marker and Envoy writes them as they pass, so a file of segments whose exchange is
/// not surely over may still grow, however long it was quiet.
/// </param>
internal sealed record TapFileContent(IReadOnlyList<ReadOnlyMemory<byte>> Traces, string? Fault, bool IsSurelyWhole)
{
    /// <summary>A file that cannot be imported.</summary>
    public static TapFileContent Unusable(string fault) => new([], fault, IsSurelyWhole: false);
}
