using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Wire.Http1;

namespace Loop.Replayer.Wire;

/// <summary>
/// Sends one request over one new connection and reads what comes: nothing is followed, repeated, stored, unpacked or added. HTTP/1.1 goes byte for byte;
/// HTTP/2 is spoken by the library.
/// </summary>
public sealed class RequestSender(TimeProvider time)
{
    private static readonly HashSet<string> ContentHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "allow", "content-disposition", "content-encoding", "content-language", "content-location", "content-md5", "content-range", "content-type", "expires", "last-modified",
    };

    // What HTTP/2 tells otherwise (RFC 9113 §8.2.2, §8.3.1).
    private static readonly HashSet<string> OfHttp1 = new(StringComparer.OrdinalIgnoreCase) { "host", "content-length", "transfer-encoding" };

    /// <summary>Sends; every outcome but cancellation is a value.</summary>
    /// <param name="connector">The other end; used once.</param>
    /// <param name="request">What is sent.</param>
    /// <param name="limit">Longest wait for the end of the answer.</param>
    /// <param name="bodyLimitBytes">Bytes read of an answer; the rest is not read and the answer is marked truncated.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="relay">Whose call it is, to be relayed as it goes on; null sends the body that is there and reads the answer. A relay reads beyond the cap.</param>
    public async Task<Answer> Send(WireConnector connector, WireRequest request, TimeSpan limit, int bodyLimitBytes, CancellationToken cancellationToken, IRelayedCall? relay = null)
    {
        using CancellationTokenSource limiter = new(limit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limiter.Token);
        long start = time.GetTimestamp();
        try
        {
            if (!request.UsesHttp2)
                return await SendHttp1(connector, request, relay, start, limit, bodyLimitBytes, cancellationToken, either.Token);
            using HttpMessageInvoker client = new(Handler(connector));
            using HttpRequestMessage message = Message(connector, request, relay);
            using HttpResponseMessage response = await client.SendAsync(message, either.Token);
            return await Read(response, relay, start, limit, bodyLimitBytes, cancellationToken, either.Token);
        }
        catch (OperationCanceledException) when (limiter.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            AnswerOutcome stage = connector.IsConnected ? AnswerOutcome.HeadersTimedOut : AnswerOutcome.ConnectTimedOut;
            return new Answer { Outcome = stage, Duration = time.GetElapsedTime(start), Detail = LimitText(limit) };
        }
        catch (Exception error) when (OutcomeReader.IsExpected(error))
        {
            (AnswerOutcome outcome, string detail) = OutcomeReader.BeforeHeaders(error, connector);
            return new Answer { Outcome = outcome, Duration = time.GetElapsedTime(start), Detail = detail, ByReset = OutcomeReader.IsReset(error) };
        }
    }

    private async Task<Answer> SendHttp1(WireConnector connector, WireRequest request, IRelayedCall? relay, long start, TimeSpan limit, int bodyLimitBytes, CancellationToken cancelled, CancellationToken either)
    {
        // RFC 9112 §3.2: a request without a host is refused.
        Http1Sender sender = new(request.Authority is null ? request with { Authority = connector.Name } : request, bodyLimitBytes, relay, time);
        await using Stream connection = await connector.Connect(either);
        Answer answer = (await sender.Send(connection, either)) with { Duration = time.GetElapsedTime(start) };
        if (answer.Outcome is not AnswerOutcome.BodyTimedOut)
            return answer;
        cancelled.ThrowIfCancellationRequested();
        return answer with { Detail = LimitText(limit) };
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The invoker owns and disposes it.")]
    private static SocketsHttpHandler Handler(WireConnector connector) => new()
    {
        ConnectCallback = connector.Connect,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        // It would write a traceparent of this process over the replay's own.
        ActivityHeadersPropagator = null,
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
    };

    private static HttpRequestMessage Message(WireConnector connector, WireRequest request, IRelayedCall? relay)
    {
        string url = $"{(connector.IsSecure ? "https" : "http")}://{connector.Name}{request.Path}";
        HttpRequestMessage message = new(new HttpMethod(request.Method), new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (relay is { Gives: true })
            message.Content = new GivenContent(request.Body, relay);
        else if (!request.Body.IsEmpty || request.Headers.Any(static field => ContentHeaders.Contains(field.Name)))
            message.Content = new ReadOnlyMemoryContent(request.Body);
        if (request.Authority is { } authority)
            message.Headers.TryAddWithoutValidation("host", authority);
        foreach (HeaderField field in request.Headers.Where(static field => !OfHttp1.Contains(field.Name)))
        {
            if (ContentHeaders.Contains(field.Name))
                message.Content!.Headers.TryAddWithoutValidation(field.Name, field.Value);
            else
                message.Headers.TryAddWithoutValidation(field.Name, field.Value);
        }

        return message;
    }

    private async Task<Answer> Read(HttpResponseMessage response, IRelayedCall? relay, long start, TimeSpan limit, int bodyLimitBytes, CancellationToken cancelled, CancellationToken either)
    {
        using MemoryStream body = new();
        HeaderField[] headers = [.. Fields(response.Headers.NonValidated), .. Fields(response.Content.Headers.NonValidated)];
        AnswerOutcome outcome = AnswerOutcome.Answered;
        string? detail = null;
        bool truncated = false;
        try
        {
            if (relay is not null)
                await relay.Begin((int)response.StatusCode, headers, either);
            truncated = await Copy(await response.Content.ReadAsStreamAsync(either), body, relay, bodyLimitBytes, either);
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            (outcome, detail) = (AnswerOutcome.BodyTimedOut, LimitText(limit));
        }
        catch (Exception error) when (OutcomeReader.IsExpected(error))
        {
            (outcome, detail) = OutcomeReader.WithinBody(error);
        }

        return new Answer
        {
            Outcome = outcome,
            Status = (int)response.StatusCode,
            Headers = headers,
            Trailers = [.. Fields(response.TrailingHeaders.NonValidated)],
            Body = body.ToArray(),
            BodyTruncated = truncated,
            Duration = time.GetElapsedTime(start),
            Detail = detail,
        };
    }

    // Returns true when there was more than the cap; without a relay it ends the reading.
    private async Task<bool> Copy(Stream source, MemoryStream target, IRelayedCall? relay, int limitBytes, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[81920];
        bool isMore = false;
        while (true)
        {
            Task<int> reading = source.ReadAsync(buffer, cancellationToken).AsTask();
            if (relay is not null && !reading.IsCompleted)
            {
                await Task.WhenAny(reading, Task.Delay(relay.HoldBack, time, cancellationToken));
                if (!reading.IsCompleted)
                    await relay.Stall(cancellationToken);
            }

            int read = await reading;
            if (read == 0)
                return isMore;
            int room = limitBytes - (int)target.Length;
            target.Write(buffer, 0, Math.Min(read, room));
            isMore |= read > room;
            if (relay is not null)
                await relay.Pass(buffer.AsMemory(0, read), cancellationToken);
            else if (isMore)
                return true;
        }
    }

    private static IEnumerable<HeaderField> Fields(System.Net.Http.Headers.HttpHeadersNonValidated headers) =>
        headers.SelectMany(header => header.Value.Select(value => new HeaderField(header.Key.ToLowerInvariant(), value)));

    // A body whose beginning is known and whose rest comes while it is sent.
    private sealed class GivenContent(ReadOnlyMemory<byte> beginning, IRelayedCall relay) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(beginning, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await relay.Give(stream, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private static string LimitText(TimeSpan limit) => string.Create(CultureInfo.InvariantCulture, $"limit {limit.TotalSeconds:0.###} s");
}
