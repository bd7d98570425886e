namespace Loop.Cli.Proxy.Capture;

/// <summary>Tells the collector of one exchange as it passes: the order of calls is the order of messages. Never waits, never throws.</summary>
internal sealed class ExchangeRecording(ProxiedExchange exchange, SideStream? stream, ProxyDirection direction)
{
    // gRPC receivers take 4 MiB per message by default; a chunk of ours never comes near.
    private const int LargestChunk = 1024 * 1024;
    private bool _hasRequestEnded;
    private bool _hasResponseEnded;

    public void RequestHeaders(bool hasBody)
    {
        _hasRequestEnded = !hasBody;
        if (_hasRequestEnded)
            exchange.RequestEndedAfter = exchange.Elapsed;
        stream?.Add(EnvoyMessages.RequestHeaders(exchange, direction, endOfStream: !hasBody));
    }

    /// <summary>A chunk of the request; an empty one is its end.</summary>
    public void RequestBody(ReadOnlyMemory<byte> chunk)
    {
        if (_hasRequestEnded)
            return;
        exchange.RequestBodyBytes += chunk.Length;
        _hasRequestEnded = chunk.IsEmpty;
        if (_hasRequestEnded)
            exchange.RequestEndedAfter = exchange.Elapsed;
        if (chunk.IsEmpty)
            stream?.Add(EnvoyMessages.RequestBody([], endOfStream: true));
        else
            Split(chunk, piece => EnvoyMessages.RequestBody(piece.Span, endOfStream: false));
    }

    public void ResponseHeaders(ForwardOutcome outcome, bool hasBody)
    {
        exchange.UpstreamAnsweredAfter ??= exchange.Elapsed;
        _hasResponseEnded = !hasBody;
        stream?.Add(EnvoyMessages.ResponseHeaders(exchange, outcome, endOfStream: !hasBody));
    }

    public void ResponseBody(ReadOnlyMemory<byte> chunk)
    {
        exchange.ResponseBodyBytes += chunk.Length;
        Split(chunk, piece => EnvoyMessages.ResponseBody(piece.Span, endOfStream: false));
    }

    /// <summary>The response ended well, with the trailers of the exchange if there are any.</summary>
    public void ResponseEnd()
    {
        exchange.EndedAfter = exchange.Elapsed;
        if (_hasResponseEnded)
            return;
        _hasResponseEnded = true;
        stream?.Add(exchange.ResponseTrailers.Count > 0 ? EnvoyMessages.ResponseTrailers(exchange) : EnvoyMessages.ResponseBody([], endOfStream: true));
    }

    /// <summary>Nothing follows, ended well or not. The task ends when everything is told.</summary>
    public Task Complete()
    {
        stream?.Complete();
        return stream?.Ended ?? Task.CompletedTask;
    }

    private void Split(ReadOnlyMemory<byte> chunk, Func<ReadOnlyMemory<byte>, Loop.Protocols.Envoy.Service.ExtProc.V3.ProcessingRequest> message)
    {
        for (; stream is not null && chunk.Length > 0; chunk = chunk[Math.Min(chunk.Length, LargestChunk)..])
            stream.Add(message(chunk[..Math.Min(chunk.Length, LargestChunk)]));
    }
}
