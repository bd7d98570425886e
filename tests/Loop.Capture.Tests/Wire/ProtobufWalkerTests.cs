using System.Buffers;
using CsCheck;
using Google.Protobuf;
using Loop.Capture.Core.Decoding;
using Loop.Capture.ExtProc;
using Loop.Capture.Tests.ExtProc;
using Loop.Protocols.Envoy.Service.ExtProc.V3;
using Xunit;

namespace Loop.Capture.Tests.Wire;

public sealed class ProtobufWalkerTests
{
    [Fact]
    public void TryRead_AnyCutOfARecordedMessage_GivesTheSameParts()
    {
        byte[][] messages = [.. Directory.GetFiles(ProcessingScenario.Folder).SelectMany(file => ProcessingScenario.Messages(Path.GetFileNameWithoutExtension(file))).Where(message => message.Length < 20_000)];
        Gen.Select(Gen.Int[0, messages.Length - 1], Gen.Int[1, 64]).Sample(
            (index, segmentBytes) =>
            {
                bool isRead = ProcessingRequestParts.TryRead(Segments.Of(messages[index], segmentBytes), out ProcessingRequestParts parts);
                ProcessingRequest expected = ProcessingRequest.Parser.ParseFrom(messages[index]);
                Assert.True(isRead);
                Assert.Equal((int)expected.RequestCase, (int)parts.Part);
                Assert.Equal(expected.ObservabilityMode, parts.ObservabilityMode);
                Assert.Equal(expected.Attributes.Count > 0, parts.HasAttributes);
                Assert.Equal(Content(expected), parts.Content.ToArray());
            },
            iter: 400);
    }

    [Fact]
    public void TryRead_AnyBytes_NeverThrows() =>
        Gen.Byte.Array[0, 200].Sample(bytes => ProcessingRequestParts.TryRead(Segments.Of(bytes, 7), out _) || true, iter: 5000);

    [Fact]
    public void TryRead_ADamagedRecording_AgreesWithGooglesParserThatNothingIsLost()
    {
        byte[] message = ProcessingScenario.Messages("post-201")[0];
        Gen.Int[0, message.Length - 1].Sample(cut =>
        {
            bool isRead = ProcessingRequestParts.TryRead(Segments.Of(message[..cut], 16), out _);
            Assert.Equal(IsParsed(message[..cut]), isRead);
        });
    }

    [Theory]
    [InlineData(new byte[] { 0x00 })]
    [InlineData(new byte[] { 0x0B, 0x0C })]
    [InlineData(new byte[] { 0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F })]
    [InlineData(new byte[] { 0x09, 1, 2, 3 })]
    public void Next_Damage_IsMalformed(byte[] bytes)
    {
        var walker = new ProtobufWalker(new ReadOnlySequence<byte>(bytes));
        while (walker.Next())
            continue;
        Assert.True(walker.IsMalformed);
    }

    private static bool IsParsed(byte[] bytes)
    {
        try
        {
            ProcessingRequest.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static byte[] Content(ProcessingRequest request) =>
        (request.RequestHeaders ?? request.ResponseHeaders)?.Headers?.ToByteArray()
        ?? (request.RequestBody ?? request.ResponseBody)?.Body.ToByteArray()
        ?? (request.RequestTrailers ?? request.ResponseTrailers)?.Trailers?.ToByteArray()
        ?? [];
}
