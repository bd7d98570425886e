using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.StandInRig;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

/// <summary>Request bodies that are too large to be held: matched to the last byte, told by their hash.</summary>
[Collection(MemoryOfItsOwn.Name)]
public sealed class LargeRequestTests
{
    private const int MiB = 1024 * 1024;
    private const int Size = 70 * MiB;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Body_IsMatched_InMemoryThatDoesNotGrowWithIt()
    {
        long small = await Allocated(20 * MiB);
        long large = await Allocated(Size);

        Assert.True(large - small < 25 * MiB, string.Create(CultureInfo.InvariantCulture, $"{small:N0} bytes for 20 MiB, {large:N0} bytes for 70 MiB"));
    }

    [Fact]
    public async Task Body_IsToldByItsHash()
    {
        byte[] body = Bytes(Size);
        ServedCall served = await Serve(Recorded(body), body);

        Assert.Equal(("a", null, Size), (served.HopId, served.Miss, served.RequestBodyBytes));
        Assert.Equal((MiB, Convert.ToHexStringLower(SHA256.HashData(body))), (served.Request.Body.Length, served.Request.WholeSha256));
    }

    [Theory]
    [InlineData(Size, "body byte 73400319", "0xaa of 73400320 bytes", "0x55 of 73400320 bytes")]
    [InlineData(Size + 1, "body byte 73400319", "0xaa of 73400321 bytes", "0x55 of 73400320 bytes")]
    [InlineData(4 * MiB, "body", "4194304 bytes (bytes)", "73400320 bytes (large)")]
    public async Task Body_WithAnotherByteOrSize_IsAChangedCall(int recordedSize, string field, string recorded, string replayed)
    {
        byte[] before = Bytes(recordedSize);
        byte[] after = Bytes(Size);
        before[Math.Min(recordedSize, Size) - 1] = 0xaa;
        after[Size - 1] = 0x55;

        ServedCall served = await Serve(Recorded(before), after);

        Assert.Equal((null, "payments POST /upload #a"), (served.HopId, served.ChangedFrom));
        Assert.Equal([new FieldDifference(field, recorded, replayed)], Assert.Single(served.Candidates).Differences);
    }

    [Theory]
    [InlineData(Size)]
    [InlineData(3 * MiB)]
    public async Task Body_OfWhichTheBeginningWasKept_IsMatchedByItAndBySize(int size)
    {
        byte[] body = Bytes(size);

        ServedCall served = await Serve(Cut(Recorded(body), MiB), body);

        Assert.Equal(("a", null, null), (served.HopId, served.Miss, served.Gap));
    }

    [Theory]
    [InlineData(Size, 7, "body byte 7", "0x07 of 1048576 bytes", "0xff of 1048576 bytes")]
    [InlineData(Size + 1, 0, "body", "73400321 bytes, 1048576 of them kept", "73400320 bytes (large)")]
    public async Task Body_WithAnotherBeginningOrSizeThanWasKept_IsAChangedCall(int recordedSize, int index, string field, string recorded, string replayed)
    {
        byte[] body = Bytes(Size);
        body[index] = index == 0 ? body[index] : (byte)0xff;

        ServedCall served = await Serve(Cut(Recorded(Bytes(recordedSize)), MiB), body);

        Assert.Equal((null, "payments POST /upload #a"), (served.HopId, served.ChangedFrom));
        Assert.Equal([new FieldDifference(field, recorded, replayed)], Assert.Single(served.Candidates).Differences);
    }

    [Fact]
    public async Task Body_ReachesALiveCalleeWhole()
    {
        byte[] body = Bytes(20 * MiB);
        await using RawCallee callee = new(HashOfBody);
        StandInPlan plan = Plan(Recorded(body) with { IsLive = true }) with
        {
            Routes = [new LiveRoute("web", "payments", "payments", 80)],
            Names = new Dictionary<string, ReplayIds> { ["a"] = ReplayIds.From(new byte[ReplayIds.ByteCount]) },
        };
        await using StandInRig rig = await Start(plan, callee);

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await Send(rig, body), StringComparison.Ordinal);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), await callee.Heard);
        Assert.Equal("a", Assert.Single(await rig.Served(1)).HopId);
    }

    private static byte[] Bytes(int size)
    {
        byte[] bytes = new byte[size];
        for (int index = 0; index < size; index++)
            bytes[index] = (byte)(index + (index >> 8) + (index >> 16));
        return bytes;
    }

    private static RecordedCall Recorded(byte[] body)
    {
        RecordedCall call = StandInRig.Recorded("a", "POST /upload", "", 200, "ok"u8.ToArray(), headers: [new("content-length", "2")]);
        BodyInfo info = new() { SizeBytes = body.Length, KeptBytes = body.Length };
        return call with { Request = new Message(call.Request.Part with { Headers = [.. call.Request.Part.Headers.Where(static field => field.Name != "content-type")], Body = info }, body) };
    }

    private static RecordedCall Cut(RecordedCall call, int kept) => call with
    {
        Request = new Message(call.Request.Part with { Body = call.Request.Part.Body with { KeptBytes = kept, Truncated = true } }, call.Request.Body[..kept]),
    };

    // Of the whole process: nothing else runs beside it, and the sender makes nothing.
    private static async Task<long> Allocated(int size)
    {
        byte[] body = Bytes(size);
        await using StandInRig rig = await Start(Recorded(body));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.EndsWith("\r\n\r\nok", await Send(rig, body), StringComparison.Ordinal);
        Assert.Equal("a", Assert.Single(await rig.Served(1)).HopId);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task<ServedCall> Serve(RecordedCall recorded, byte[] body)
    {
        await using StandInRig rig = await Start(recorded);
        await Send(rig, body);
        return Assert.Single(await rig.Served(1));
    }

    private static async Task<string> Send(StandInRig rig, byte[] body)
    {
        await using NetworkStream caller = await rig.Connect();
        string head = string.Create(CultureInfo.InvariantCulture, $"POST /upload HTTP/1.1\r\nhost: payments\r\ntraceparent: {TraceParent("web-1")}\r\nconnection: close\r\ncontent-length: {body.Length}\r\n\r\n");
        await caller.WriteAsync(Encoding.ASCII.GetBytes(head), Cancellation);
        await caller.WriteAsync(body, Cancellation);
        using StreamReader answer = new(caller, Encoding.Latin1);
        return await answer.ReadToEndAsync(Cancellation);
    }

    /// <summary>Hashes one request's body.</summary>
    private static async Task<string> HashOfBody(Socket caller)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 * 1024];
        int count = await caller.ReceiveAsync(buffer, SocketFlags.None, Cancellation);
        int head = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8) + 4;
        for (long left = 20 * MiB - Hashed(hash, buffer.AsSpan(head, count - head)); left > 0; left -= Hashed(hash, buffer.AsSpan(0, count)))
            count = await caller.ReceiveAsync(buffer, SocketFlags.None, Cancellation);
        await caller.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"u8.ToArray(), SocketFlags.None, Cancellation);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static int Hashed(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(bytes);
        return bytes.Length;
    }
}

/// <summary>For tests that measure the memory of the process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryOfItsOwn
{
    public const string Name = "memory of its own";
}
