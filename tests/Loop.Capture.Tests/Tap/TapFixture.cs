using Google.Protobuf;
using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Tests.Tap;

/// <summary>Recorded taps.</summary>
internal static class TapFixture
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "fixtures", "tap");

    public static byte[] Bytes(string path) => File.ReadAllBytes(Path.Combine(Folder, path));

    public static TraceWrapper Buffered(string name) => TraceWrapper.Parser.ParseFrom(Bytes($"proto_binary/{name}.pb"));

    public static IReadOnlyList<TraceWrapper> Segments(string name)
    {
        using var input = new CodedInputStream(Bytes($"length_delimited_streamed/{name}.pb_length_delimited"));
        var segments = new List<TraceWrapper>();
        while (!input.IsAtEnd)
            segments.Add(TraceWrapper.Parser.ParseFrom(input.ReadBytes()));
        return segments;
    }
}
