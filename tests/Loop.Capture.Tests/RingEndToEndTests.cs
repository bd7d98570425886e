using Loop.Capture.Tests.ExtProc;
using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Loop.Protocols.Exchanges;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Loop.Capture.Tests;

/// <summary>All of the capture role: a real port, the real ring, the real link; only Envoy and the store are played.</summary>
public sealed class RingEndToEndTests : IAsyncLifetime
{
    private FakeStore _store = null!;
    private CaptureHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await FakeStore.Start();
        _host = await CaptureHost.StartWithRing(("StoreUrl", _store.Url), ("Ring:PoolBytes", "16777216"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _store.DisposeAsync();
        Assert.Empty(_host.Logs.Of(LogLevel.Error));
    }

    [Fact]
    public async Task FailingExchange_FromTheWire_TriggersAndIsCollectedWhole()
    {
        FakeStoreSession session = await _store.Accept();
        IReadOnlyList<byte[]> messages = ProcessingScenario.Messages("err-500");
        using RawGrpcClient client = _host.Raw();
        await client.Send(
            RawGrpcClient.ProcessPath, ProcessingScenario.Frames(messages), "application/grpc", ("x-loop-service", "orders"), ("x-loop-direction", "inbound"));
        Triggered trigger = (await session.NextWord()).Triggered;
        Assert.Equal("status 500", trigger.Reason);
        await session.Send(new StoreMessage { Collect = new Collect { CollectId = 1, WatchId = "conv", Keys = { trigger.Keys } } });
        Exchange exchange = ExchangeCodec.Decode((await session.NextWord()).Exchange.Head);
        CollectAnswer answer = (await session.NextWord()).CollectAnswer;
        Assert.Equal((trigger.ExchangeId, "orders", ExchangeView.Server), (exchange.Id.ToString(), exchange.Service, exchange.View));
        Assert.Equal((ExchangeEnd.Complete, 500), (exchange.End, exchange.Status()));
        Assert.Equal(0, answer.OpenCount);
    }

    [Fact]
    public async Task UnfitRedactionKey_IsRefusedAndTheLinkIsDialledAgain()
    {
        _store.Key = [1, 2, 3];
        await _store.Accept();
        _store.Key = new byte[32];
        FakeStoreSession session = await _store.Accept();
        Assert.Equal(NodeMessage.MessageOneofCase.Status, (await session.Next()).MessageCase);
        Assert.Contains(_host.Logs.Of(LogLevel.Warning), line => line.Contains("redaction key is unfit", StringComparison.Ordinal));
    }
}
