using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>
/// Asks for prices in a gRPC stream in which each question depends on the answer before it, and fails when a price fell. <c>fixed</c> does not mind,
/// <c>chatty</c> asks something else. <c>CHAT_AT</c> names the way to the prices; without it they are at their name.
/// </summary>
internal static class TalkService
{
    public static async Task<int> Run(int port, string build)
    {
        using HttpClient client = new(Handler(Environment.GetEnvironmentVariable("CHAT_AT")));
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        while (true)
        {
            using Socket connection = await listener.AcceptAsync();
            string head = await HttpText.ReadHead(connection, CancellationToken.None);
            (int status, string json) = await Answer(client, HttpText.Field(head, "traceparent"), build);
            await connection.SendAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} Answered\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\nConnection: close\r\n\r\n{json}"));
        }
    }

    private static SocketsHttpHandler Handler(string? at) => new()
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectCallback = at is null ? null : async (_, cancellationToken) =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPEndPoint.Parse(at), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private static async Task<(int Status, string Json)> Answer(HttpClient client, string? trace, string build)
    {
        Talk talk = new();
        using HttpRequestMessage request = new(HttpMethod.Post, "http://prices.example/shop.Prices/Talk") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = talk };
        talk.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Headers.Add("te", "trailers");
        if (trace is not null)
            request.Headers.Add("traceparent", trace);
        Task<HttpResponseMessage> answering = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await talk.Say("apple");
        using HttpResponseMessage response = await answering;
        await using Stream heard = await response.Content.ReadAsStreamAsync();
        string first = await Hear(heard) ?? "nothing";
        await talk.Say(build is "chatty" ? $"not {first}, please" : $"and after {first}?");
        string second = await Hear(heard) ?? "nothing";
        string third = await Hear(heard) ?? "nothing";
        talk.End();
        string? more = await Hear(heard);
        string status = response.TrailingHeaders.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values.Single() : "none";
        string said = $"{first}, {second}, {third}, {more ?? "end"} {status}";
        return build is not "fixed" && string.CompareOrdinal(second, first) < 0 ? (500, $$"""{"error":"the price fell: {{said}}"}""") : (200, $$"""{"prices":"{{said}}"}""");
    }

    private static async Task<string?> Hear(Stream stream)
    {
        byte[] prefix = new byte[5];
        if (await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
            return null;
        byte[] message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await stream.ReadExactlyAsync(message);
        return Encoding.ASCII.GetString(message);
    }

    private sealed class Talk : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task Say(string text)
        {
            Stream stream = await _stream.Task;
            await stream.WriteAsync((byte[])[0, 0, 0, 0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)]);
            await stream.FlushAsync();
        }

        public void End() => _ended.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
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
