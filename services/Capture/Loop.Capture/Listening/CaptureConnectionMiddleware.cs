using System.Buffers;
using System.IO.Pipelines;
using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Listening;

/// <summary>Gives each connection its <see cref="CaptureConnection"/>, and tells a client that does not speak HTTP/2 on the gRPC port what is wrong.</summary>
internal sealed class CaptureConnectionMiddleware(
    IExchangeIntake intake, CaptureInstruments instruments, TimeProvider time, ILogger<CaptureConnectionMiddleware> logger)
{
    // A connection that says nothing at all costs a file descriptor; Kestrel's own limits begin with its first bytes.
    private static readonly TimeSpan FirstBytesLimit = TimeSpan.FromSeconds(30);

    private static ReadOnlySpan<byte> RefusalBytes =>
        "HTTP/1.1 505 HTTP Version Not Supported\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: 146\r\n\r\n"u8;

    private static ReadOnlySpan<byte> RefusalText =>
        "This port of Loop takes gRPC from Envoy over HTTP/2 only (--capture-listen). The REST API and the web pages are on another port (--http-listen).\r\n"u8;

    /// <summary>Serves one connection.</summary>
    public async Task Serve(ConnectionContext connection, ConnectionDelegate next, CaptureListenerKind kind)
    {
        if (kind is CaptureListenerKind.Grpc && !await BeginsWithHttp2(connection))
            return;
        using var capture = new CaptureConnection(intake, connection.ConnectionId, kind);
        connection.Features.Set(capture);
        await next(connection);
    }

    private async Task<bool> BeginsWithHttp2(ConnectionContext connection)
    {
        PipeReader input = connection.Transport.Input;
        using var limit = new CancellationTokenSource(FirstBytesLimit, time);
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync(limit.Token);
                Http2Start start = Look(result.Buffer);
                bool isWaiting = start is Http2Start.TooShort && !result.IsCompleted;

                // Examined only up to the start, once decided: Kestrel must see the same bytes without waiting for new ones.
                input.AdvanceTo(result.Buffer.Start, isWaiting ? result.Buffer.End : result.Buffer.Start);
                if (isWaiting)
                    continue;
                if (start is Http2Start.Other)
                    await Refuse(connection);
                return start is Http2Start.Http2;
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task Refuse(ConnectionContext connection)
    {
        instruments.OnRefused(RefusalReason.NotHttp2);
        CaptureLog.NotHttp2(logger, connection.RemoteEndPoint);
        connection.Transport.Output.Write(RefusalBytes);
        connection.Transport.Output.Write(RefusalText);
        await connection.Transport.Output.FlushAsync();
    }

    // The connection preface of HTTP/2 (RFC 9113 §3.4) begins with PRI, which is no method of HTTP/1.
    private static Http2Start Look(in ReadOnlySequence<byte> buffer)
    {
        ReadOnlySpan<byte> preface = "PRI"u8;
        Span<byte> start = stackalloc byte[preface.Length];
        int count = (int)Math.Min(buffer.Length, preface.Length);
        buffer.Slice(0, count).CopyTo(start);
        if (!start[..count].SequenceEqual(preface[..count]))
            return Http2Start.Other;
        return count == preface.Length ? Http2Start.Http2 : Http2Start.TooShort;
    }

    private enum Http2Start
    {
        TooShort,
        Http2,
        Other,
    }
}
