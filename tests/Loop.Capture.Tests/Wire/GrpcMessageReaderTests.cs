using System.Buffers;
using System.IO.Pipelines;
using CsCheck;
using Loop.Capture.Tests.Hosting;
using Loop.Capture.Wire;
using Xunit;

namespace Loop.Capture.Tests.Wire;

public sealed class GrpcMessageReaderTests
{
    private const int LimitBytes = 100_000;

    [Fact]
    public void ReadToEnd_AnyCutOfTheStream_GivesTheSameMessages() =>
        Gen.Select(Gen.Int[0, LimitBytes + 20_000].Array[0, 8], Gen.Int[1, 70_000]).Sample(
            (sizes, chunkBytes) =>
            {
                var handler = new Handler();
                byte[] bytes = [.. sizes.SelectMany((size, index) => RawGrpcClient.Frame(Enumerable.Repeat((byte)index, size).ToArray()))];
                var budget = new GrpcReceiveBudget(LimitBytes);
                GrpcReadOutcome outcome = Run(bytes, chunkBytes, handler, budget).GetAwaiter().GetResult();
                Assert.Equal(GrpcReadOutcome.EndOfStream, outcome);
                Assert.Equal(sizes.Select((size, index) => (size, index, size > LimitBytes)), handler.Messages.Select((message, index) => (message.Size, index, message.IsOversized)));
                Assert.All(handler.Messages.Select((message, index) => (message, index)), pair => Assert.True(pair.message.IsOversized || pair.message.First is null || pair.message.First == pair.index));
                Assert.Equal(0, budget.ReservedBytes);
            },
            iter: 60);

    [Fact]
    public async Task ReadToEnd_BudgetSpentElsewhere_SkipsTheHalfArrivedMessageOnly()
    {
        var budget = new GrpcReceiveBudget(LimitBytes);
        Assert.True(budget.TryReserve(LimitBytes - 10));
        var handler = new Handler();
        byte[] bytes = [.. RawGrpcClient.Frame(new byte[90_000]), .. RawGrpcClient.Frame([7])];
        Assert.Equal(GrpcReadOutcome.EndOfStream, await Run(bytes, 1000, handler, budget));
        Assert.Equal([(90_000, true), (1, false)], handler.Messages.Select(message => (message.Size, message.IsOversized)));
        Assert.Equal(LimitBytes - 10, budget.ReservedBytes);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    public async Task ReadToEnd_EndWithinAMessage_IsTruncated(int keptBytes) =>
        Assert.Equal(GrpcReadOutcome.Truncated, await Run(RawGrpcClient.Frame(new byte[20])[..keptBytes], 4, new Handler(), new GrpcReceiveBudget(LimitBytes)));

    [Fact]
    public async Task ReadToEnd_EndWithinASkippedMessage_IsTruncated() =>
        Assert.Equal(
            GrpcReadOutcome.Truncated,
            await Run(RawGrpcClient.Frame(new byte[LimitBytes + 1])[..5000], 1000, new Handler(), new GrpcReceiveBudget(LimitBytes)));

    [Fact]
    public async Task ReadToEnd_HandlerEnds_TakesNoFurtherMessage()
    {
        var handler = new Handler { MaximumMessages = 1 };
        Assert.Equal(GrpcReadOutcome.HandlerEnded, await Run([.. RawGrpcClient.Frame([1]), .. RawGrpcClient.Frame([2])], 100, handler, new GrpcReceiveBudget(LimitBytes)));
        Assert.Single(handler.Messages);
    }

    private static async Task<GrpcReadOutcome> Run(byte[] bytes, int chunkBytes, Handler handler, GrpcReceiveBudget budget)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        Task<GrpcReadOutcome> reading = new GrpcMessageReader(pipe.Reader, LimitBytes, budget).ReadToEnd(handler, CancellationToken.None).AsTask();
        for (int start = 0; start < bytes.Length; start += chunkBytes)
            await pipe.Writer.WriteAsync(bytes.AsMemory(start, Math.Min(chunkBytes, bytes.Length - start)));
        await pipe.Writer.CompleteAsync();
        return await reading;
    }

    private sealed class Handler : IGrpcMessageHandler
    {
        public int MaximumMessages { get; init; } = int.MaxValue;

        public List<(int Size, bool IsOversized, byte? First)> Messages { get; } = [];

        public bool OnMessage(in ReadOnlySequence<byte> message)
        {
            Messages.Add(((int)message.Length, false, message.IsEmpty ? null : message.FirstSpan[0]));
            return Messages.Count < MaximumMessages;
        }

        public bool OnOversized(long lengthBytes, in ReadOnlySequence<byte> start)
        {
            Messages.Add(((int)lengthBytes, true, null));
            return true;
        }
    }
}
