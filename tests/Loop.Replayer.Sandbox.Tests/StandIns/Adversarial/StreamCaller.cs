using System.Buffers.Binary;
using System.Net;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>A live service in the middle of a gRPC stream: it says, and hears, one message at a time.</summary>
internal sealed class StreamCaller : IDisposable
{
    private readonly HttpClient _client;
    private readonly Sending _sending = new();
    private readonly CancellationTokenSource _breaking = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Task<HttpResponseMessage> _answer;
    private Stream? _heard;

    public StreamCaller(StandInRig rig, string trueCall, string callerHop = "web-1")
    {
        _client = rig.Client();
        HttpRequestMessage request = StandInRig.Request("POST", "/shop.Chat/Talk", callerHop, isHttp2: true);
        request.Content = _sending;
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Headers.Add("te", "trailers");
        request.Headers.Add("x-true-call", trueCall);
        _answer = _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>The answer, once it began.</summary>
    public Task<HttpResponseMessage> Answer => _answer;

    public static byte[] Frame(ReadOnlySpan<byte> message)
    {
        byte[] frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>A recorded stream of one character a message: <c>a1b23</c> says letters and hears digits. Its answer names it.</summary>
    public static RecordedCall Recorded(string hop, string stream, string callerHop = "web-1", int at = 0, ExchangeEnd end = ExchangeEnd.Complete, BrokenOffBy brokenOffBy = BrokenOffBy.None, bool withChunks = true)
    {
        DateTimeOffset start = DateTimeOffset.UnixEpoch.AddMilliseconds(at);
        List<byte>[] bodies = [[], []];
        List<BodyChunk>[] chunks = [[], []];
        foreach ((int place, char message) in stream.Index())
        {
            int side = char.IsDigit(message) ? 1 : 0;
            if (place == 0 || char.IsDigit(stream[place - 1]) != char.IsDigit(message))
                chunks[side].Add(new BodyChunk(bodies[side].Count, start.AddMilliseconds(place + 1)));
            bodies[side].AddRange(Frame([(byte)message]));
        }

        RecordedCall call = StandInRig.Recorded(hop, "POST /shop.Chat/Talk", "", 200, [.. bodies[1]], callerHop, at,
            [new("content-type", "application/grpc"), new("x-answer-of", hop)], [new("grpc-status", "0"), new("x-trailer-of", hop)], end);
        HttpMessagePart asked = call.Request.Part with
        {
            Headers = [.. call.Request.Part.Headers.Where(field => field.Name.StartsWith(':')), new("content-type", "application/grpc")],
            HeadersAt = start,
            Chunks = withChunks && chunks[0].Count > 0 ? chunks[0] : null,
        };
        HttpMessagePart answered = call.Answer!.Part with { HeadersAt = start.AddMilliseconds(1), Chunks = withChunks && chunks[1].Count > 0 ? chunks[1] : null };
        return call with
        {
            Request = call.Request with { Part = asked, Body = bodies[0].ToArray() },
            Answer = call.Answer with { Part = answered },
            EndedAt = start.AddMilliseconds(stream.Length + 2),
            BrokenOffBy = brokenOffBy,
        };
    }

    public Task Say(char message) => _sending.Write(Frame([(byte)message]));

    public void EndSaying() => _sending.End();

    /// <summary>The next message; null at the end, and where nothing but a refusal came.</summary>
    public async Task<char?> Hear()
    {
        CancellationToken cancellation = _breaking.Token;
        HttpResponseMessage answer = await _answer;
        if (answer.StatusCode is not HttpStatusCode.OK)
        {
            Assert.True(answer.Headers.Contains("x-loop-miss"));
            return null;
        }

        _heard ??= await answer.Content.ReadAsStreamAsync(cancellation);
        byte[] frame = new byte[6];
        int read = await _heard.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, cancellation);
        return read == 0 ? null : (char)frame[5];
    }

    /// <summary>Gives up the message that it waits for, which resets the stream.</summary>
    public Task BreakOff()
    {
        // The library resets a stream only when its request has ended, too.
        _sending.Break();
        return _breaking.CancelAsync();
    }

    /// <summary>A trailer; null when there is none.</summary>
    public async Task<string?> Trailer(string name) => (await _answer).TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values) ? values.Single() : null;

    public void Dispose()
    {
        _sending.End();
        _client.Dispose();
        _breaking.Dispose();
    }

    private sealed class Sending : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task Write(byte[] bytes)
        {
            Stream stream = await _stream.Task;
            await stream.WriteAsync(bytes);
            await stream.FlushAsync();
        }

        public void End() => _ended.TrySetResult();

        public void Break() => _ended.TrySetCanceled();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // Headers go out with the first bytes or at a flush.
            await stream.FlushAsync();
            _stream.TrySetResult(stream);
            await _ended.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
