using System.Buffers;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Loop.Replayer.Agent.StandIns.Http2;

/// <summary>One stream of HTTP/2, which Kestrel speaks: it keeps values and the order of those of one name; frames and header blocks are its own.</summary>
internal sealed class Http2Exchange(HttpContext context, TimeProvider time) : ICallExchange
{
    // Fields of a connection of HTTP/1.1, which HTTP/2 forbids (RFC 9113 §8.2.2).
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    };

    /// <inheritdoc/>
    public OutgoingCall Connection => context.Features.GetRequiredFeature<OutgoingCall>();

    /// <inheritdoc/>
    public bool IsHttp2 => true;

    /// <inheritdoc/>
    public string Method => context.Request.Method;

    /// <summary>As sent: Path and QueryString have been decoded.</summary>
    public string Target => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <inheritdoc/>
    public string Authority => context.Request.Host.Value ?? "";

    /// <inheritdoc/>
    public IEnumerable<HeaderField> Headers => Fields(context.Request.Headers.Where(static header => header.Key is not "Host"));

    /// <inheritdoc/>
    public IReadOnlyList<HeaderField> Trailers => context.Features.Get<IHttpRequestTrailersFeature>() is { Available: true } feature ? [.. Fields(feature.Trailers)] : [];

    /// <inheritdoc/>
    public CancellationToken Aborted => context.RequestAborted;

    /// <inheritdoc/>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>True when the stream is to be reset behind what was written.</summary>
    public bool IsBrokenOff { get; private set; }

    /// <inheritdoc/>
    public ValueTask<int> Read(Memory<byte> into, CancellationToken cancellationToken) => context.Request.Body.ReadAsync(into, cancellationToken);

    /// <inheritdoc/>
    public void Begin(AnswerStart start)
    {
        HttpResponse response = context.Response;
        response.StatusCode = start.Status;
        Set(response.Headers, start.Headers.Where(static field => !field.Name.StartsWith(':') && !OfTheConnection.Contains(field.Name)));
        // A length that was promised stays; HTTP/2 needs none.
        if (response.ContentLength is not null && start is { BodyBytes: { } length } && !HasNoBody(start.Status))
            response.ContentLength = length;
    }

    /// <inheritdoc/>
    public async ValueTask Write(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!HasNoBody(context.Response.StatusCode))
            await context.Response.Body.WriteAsync(bytes, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask Flush(CancellationToken cancellationToken) => await context.Response.BodyWriter.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask End(IReadOnlyList<HeaderField> trailers, CancellationToken cancellationToken)
    {
        await context.Response.StartAsync(cancellationToken);
        if (trailers.Count > 0)
            Set(context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers, trailers);
        // Kestrel sends the end of the stream when the handler is left.
        EndedAt = time.GetUtcNow();
    }

    /// <inheritdoc/>
    public async ValueTask BreakOff(bool byReset, CancellationToken cancellationToken)
    {
        // An abort would overtake the bytes. After an exception Kestrel sends them, then resets the stream, as Envoy does.
        IsBrokenOff = true;
        await Flush(cancellationToken);
        EndedAt = time.GetUtcNow();
    }

    /// <inheritdoc/>
    public void Reset()
    {
        EndedAt = time.GetUtcNow();
        context.Abort();
    }

    private bool HasNoBody(int status) =>
        HttpMethods.IsHead(context.Request.Method) || status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified;

    private static IEnumerable<HeaderField> Fields(IEnumerable<KeyValuePair<string, StringValues>> headers) =>
        headers.SelectMany(static header => header.Value.Select(value => new HeaderField(header.Key.ToLowerInvariant(), value ?? "")));

    // Append would leave out fields without a value.
    private static void Set(IHeaderDictionary target, IEnumerable<HeaderField> fields)
    {
        foreach (IGrouping<string, HeaderField> name in fields.GroupBy(field => field.Name, StringComparer.OrdinalIgnoreCase))
            target[name.Key] = new StringValues([.. name.Select(field => field.Value)]);
    }
}
