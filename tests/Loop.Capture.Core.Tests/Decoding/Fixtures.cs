using Google.Protobuf;

namespace Loop.Capture.Core.Tests.Decoding;

/// <summary>Recordings of a live Envoy 1.40.0, byte for byte as it sent them.</summary>
internal static class Fixtures
{
    public static byte[] Read(string path) => File.ReadAllBytes(PathOf(path));

    public static IEnumerable<string> Names(string folder) => Directory.EnumerateFiles(PathOf(folder)).Select(Path.GetFileName).Order(StringComparer.Ordinal)!;

    public static IReadOnlyList<T> Delimited<T>(string path, MessageParser<T> parser)
        where T : IMessage<T>
    {
        using var stream = new MemoryStream(Read(path));
        var messages = new List<T>();
        while (stream.Position < stream.Length)
            messages.Add(parser.ParseDelimitedFrom(stream));
        return messages;
    }

    private static string PathOf(string path) => Path.Combine(AppContext.BaseDirectory, "fixtures", path);
}
