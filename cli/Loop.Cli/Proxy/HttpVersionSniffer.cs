using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Loop.Cli.Proxy;

/// <summary>
/// Lets one cleartext port speak HTTP/1.1 and HTTP/2, as an Envoy listener does. Kestrel decides by ALPN alone, which cleartext has not: whoever
/// opens with the HTTP/2 preface (RFC 9113 §3.4) is given the ALPN answer that a TLS client would have got.
/// </summary>
internal static class HttpVersionSniffer
{
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static void UseHttpVersionSniffer(this ListenOptions options)
    {
        options.Protocols = HttpProtocols.Http1AndHttp2;
        options.Use(next => async connection =>
        {
            if (await StartsWithPreface(connection.Transport.Input, connection.ConnectionClosed))
            {
                var answer = new PrefaceFeature();
                connection.Features.Set<ITlsConnectionFeature>(answer);
                connection.Features.Set<ITlsApplicationProtocolFeature>(answer);
            }

            await next(connection);
        });
    }

    private static async Task<bool> StartsWithPreface(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken);
            bool? decision = Decide(result.Buffer);
            input.AdvanceTo(result.Buffer.Start, decision is null ? result.Buffer.End : result.Buffer.Start);
            if (decision is { } isHttp2)
                return isHttp2;
            if (result.IsCompleted || result.IsCanceled)
                return false;
        }
    }

    private static bool? Decide(ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[Preface.Length];
        int length = (int)Math.Min(buffer.Length, start.Length);
        buffer.Slice(0, length).CopyTo(start);
        if (!Preface.StartsWith(start[..length]))
            return false;
        return length == Preface.Length ? true : null;
    }

    private sealed class PrefaceFeature : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public ReadOnlyMemory<byte> ApplicationProtocol => SslApplicationProtocol.Http2.Protocol;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
