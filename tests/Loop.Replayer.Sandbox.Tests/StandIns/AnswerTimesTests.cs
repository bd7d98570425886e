using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.StandIns;
using Loop.Replayer.Agent.StandIns.Http1;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Microsoft.Extensions.Time.Testing;
using static Loop.Replayer.Sandbox.Tests.StandIns.StandInRig;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

/// <summary>When a call counts as ended. The order of a caller's calls is told from it.</summary>
public sealed class AnswerTimesTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);

    /// <summary>The caller may have made its next call before a busy machine lets the stand-in go on: that is no other order.</summary>
    [Theory]
    [InlineData(4, "content-length: 4")]
    [InlineData(4, "transfer-encoding: chunked")]
    [InlineData(200_000, "content-length: 200000")]
    [InlineData(200_000, "transfer-encoding: chunked")]
    [InlineData(0, "content-length: 0")]
    public async Task Call_EndsWhenItsLastBytesBeginToLeave(int size, string framing)
    {
        string[] field = framing.Split(": ");
        await using LateSender caller = new($"GET /a HTTP/1.1\r\nhost: payments\r\ntraceparent: {TraceParent("web-1")}\r\n\r\n", _time);
        ServedCall? served = null;
        StandInCalls calls = new(
            Plan(Recorded("a", "GET /a", "", 200, new byte[size], headers: [new(field[0], field[1])])),
            Nowhere,
            fact =>
            {
                if (fact is not CallServed told)
                    return;
                served = told.Call;
                caller.Leave();
            },
            _time);
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await using CallerConnection connection = new(socket, caller, _time);

        await new Http1Server(calls.Answer, static (_, why) => Assert.Fail(why), _time)
            .Serve(new OutgoingCall("web", new IPEndPoint(IPAddress.Loopback, 80), "payments", socket), connection, TestContext.Current.CancellationToken);

        Assert.Null(served!.Miss);
        Assert.Equal(caller.LastWriteAt, served.EndedAt);
    }

    /// <summary>A connection on which one request comes. After each write a second passes before its sender goes on.</summary>
    private sealed class LateSender(string request, FakeTimeProvider time) : MemoryStream(Encoding.ASCII.GetBytes(request), writable: false)
    {
        private readonly TaskCompletionSource _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public DateTimeOffset LastWriteAt { get; private set; }

        public override bool CanWrite => true;

        /// <summary>The caller hangs up.</summary>
        public void Leave() => _leaving.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
                await _leaving.Task;
            return await base.ReadAsync(buffer, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            LastWriteAt = time.GetUtcNow();
            time.Advance(TimeSpan.FromSeconds(1));
            return ValueTask.CompletedTask;
        }
    }
}
