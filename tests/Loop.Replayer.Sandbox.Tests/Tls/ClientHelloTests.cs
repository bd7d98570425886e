using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using CsCheck;
using Loop.Replayer.Agent.StandIns.Tls;

namespace Loop.Replayer.Sandbox.Tests.Tls;

public sealed class ClientHelloTests
{
    [Theory]
    [InlineData("login.example", SslProtocols.Tls12)]
    [InlineData("login.example", SslProtocols.Tls13)]
    [InlineData("LOGIN.example", SslProtocols.None)]
    public async Task ServerName_OfARealHello_IsWhatItAsksFor(string host, SslProtocols protocols) =>
        Assert.Equal("login.example", ClientHello.ServerName(await Hello(host, protocols)));

    [Fact]
    public async Task ServerName_OfAnAddress_IsNone() => Assert.Null(ClientHello.ServerName(await Hello("127.0.0.1", SslProtocols.None)));

    [Fact]
    public async Task ServerName_OfATruncatedHello_IsTheNameOrNone()
    {
        byte[] hello = await Hello("login.example", SslProtocols.None);
        for (int length = 0; length < hello.Length; length++)
            Assert.Contains(ClientHello.ServerName(hello.AsSpan(0, length)), new[] { null, "login.example" });
    }

    [Fact]
    public void ServerName_OfAnyBytes_DoesNotThrow() => Gen.Byte.Array[0, 300].Sample(bytes => _ = ClientHello.ServerName([0x16, 3, 1, 0, 0, 1, .. bytes]));

    private static async Task<byte[]> Hello(string host, SslProtocols protocols)
    {
        Pipe toServer = new();
        Pipe toClient = new();
        await using Stream both = new TwoPipes(toClient.Reader.AsStream(), toServer.Writer.AsStream());
        await using SslStream client = new(both);
        _ = client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, EnabledSslProtocols = protocols }, TestContext.Current.CancellationToken)
            .ContinueWith(ended => ended.Exception, TaskScheduler.Default);
        ReadResult read = await toServer.Reader.ReadAtLeastAsync(100, TestContext.Current.CancellationToken);
        byte[] hello = System.Buffers.BuffersExtensions.ToArray(read.Buffer);
        await toClient.Writer.CompleteAsync();
        return hello;
    }

    private sealed class TwoPipes(Stream read, Stream write) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => write.Flush();

        public override int Read(byte[] buffer, int offset, int count) => read.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => read.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => write.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => write.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => write.FlushAsync(cancellationToken);
    }
}
