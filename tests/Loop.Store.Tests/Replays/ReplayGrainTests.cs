using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Store.Tests.Hosting;
using Xunit;
using static Loop.Store.Tests.Hosting.TestExchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Store.Tests.Replays;

/// <summary>A replay's stream and what nodes see of it.</summary>
public sealed class ReplayGrainTests : StoreTest
{
    private const string Id = "replay000001";

    [Fact]
    public async Task RegisterKeys_WaitsForEachNodeThatConfirms()
    {
        await using FakeNode node = await FakeNode.Connect(Store, "node-a");
        await using FakeNode silent = await FakeNode.Connect(Store, "node-b");
        IReplayGrain replay = await Requested();
        Task<IReadOnlyList<string>> registering = replay.RegisterKeys();
        Loop.Protocols.Capture.V1.RegisterReplayKeys register = (await node.Next(message => message.RegisterReplayKeys is not null)).RegisterReplayKeys;
        Assert.Equal((Id, Trace(77).ToString()), (register.ReplayId, register.Keys.Single()));
        await node.Send(new() { ReplayKeysRegistered = new() { RequestId = register.RequestId } });

        Assert.Equal(["node-a"], await registering);
    }

    [Fact]
    public async Task ObservedExchange_IsRecordedOnceAndSurvivesARestart()
    {
        await using (FakeNode node = await FakeNode.Connect(Store))
        {
            IReplayGrain replay = await Requested();
            Captured seen = Make(5, [Trace(77)], 500, requestBody: "sent again");
            await node.SendExchange($"replay-{Id}", seen);
            await node.SendExchange($"replay-{Id}", seen);
            await node.Trigger(Make(9, [Trace(1)], 500).Head);
            while ((await replay.Observed()).Count == 0)
                await Task.Yield();
        }

        await Restart();
        IReplayGrain again = Store.Grains.GetGrain<IReplayGrain>(Id);
        Exchange exchange = Assert.Single(await again.Observed());
        Assert.Equal(5, exchange.Id.Sequence);
        Assert.Equal("sent again"u8.ToArray(), await again.Body(exchange.Request!.Body.Sha256!));
    }

    [Fact]
    public async Task Finished_IsTheReportAndUnregistersTheKeys()
    {
        await using FakeNode node = await FakeNode.Connect(Store);
        IReplayGrain replay = await Requested();
        Task<IReadOnlyList<string>> registering = replay.RegisterKeys();
        await node.Send(new() { ReplayKeysRegistered = new() { RequestId = (await node.Next(message => message.RegisterReplayKeys is not null)).RegisterReplayKeys.RequestId } });
        await registering;
        await replay.Append(new ReplayRequestSent(["host kept"], Start));
        Assert.Equal("sending", (await replay.Report())!.Stage);
        ReplayReport report = (await replay.Report())! with { Stage = "finished", Verdict = Verdict.Reproduced, FinishedAt = Start };
        await replay.Append(new ReplayFinished(report, Start));
        await replay.Append(new ReplayFinished(report with { Verdict = Verdict.Fixed }, Start));

        Assert.Equal(Id, (await node.Next(message => message.UnregisterReplayKeys is not null)).UnregisterReplayKeys.ReplayId);
        IReadOnlyList<ReplayReport> listed = await Store.Grains.GetGrain<IDirectoryGrain>("default").Replays("5555aaaaaaaa", 10);
        Assert.Equal(Verdict.Reproduced, Assert.Single(listed).Verdict);
    }

    [Fact]
    public async Task Append_ToAReplayThatNobodyAskedFor_IsRefused() => await Assert.ThrowsAsync<InvalidOperationException>(() =>
        Store.Grains.GetGrain<IReplayGrain>("replay000009").Append(new ReplayRequestSent([], Start)));

    [Fact]
    public async Task Begin_OfAnAttempt_IsGrantedOnceAndSurvivesARestart()
    {
        IReplayGrain replay = await Requested();
        Assert.True(await replay.Begin(new ReplayBegun(1, Start)));
        Assert.False(await replay.Begin(new ReplayBegun(1, Start)));
        await replay.Append(new ReplayStepTaken(1, 2, "started", "", Start));

        await Restart();
        replay = Store.Grains.GetGrain<IReplayGrain>(Id);
        ReplayProgress progress = (await replay.Progress())!;
        Assert.Equal((1, false, false, 2), (progress.Attempts, progress.IsSent, progress.IsCancelled, progress.LastSteps[1]));
        Assert.True(await replay.Begin(new ReplayBegun(2, Start)));
        await replay.Append(new ReplayFinished(progress.Report with { Stage = "finished", Verdict = Verdict.Fixed, FinishedAt = Start }, Start));
        Assert.False(await replay.Begin(new ReplayBegun(3, Start)));
    }

    [Fact]
    public async Task Report_OfRunsUnderWay_SaysHowManyAndWhenTheyWillEnd()
    {
        IReplayGrain replay = await Requested();
        Assert.Null((await replay.Report())!.Progress);
        await replay.Append(new ReplayRunsPlanned(4, null, Start));
        await replay.Append(new ReplayStepTaken(0, 1, "control prepared", "", Start));
        Assert.Equal(new RunsProgress(1, 4, null), (await replay.Report())!.Progress);

        // The first run was interrupted, and begun again two seconds later.
        await replay.Append(new ReplayStepTaken(1, 1, "prepared", "", Start.AddSeconds(3)));
        await replay.Append(new ReplayStepTaken(1, 2, "prepared", "", Start.AddSeconds(5)));
        await replay.Append(new ReplayStepTaken(1, 3, "decided", "", Start.AddSeconds(9)));
        Assert.Equal(new RunsProgress(2, 4, Start.AddSeconds(5 + 15)), (await replay.Report())!.Progress);

        await replay.Append(new ReplayStepTaken(2, 1, "prepared", "", Start.AddSeconds(9)));
        Assert.Equal(new RunsProgress(3, 4, Start.AddSeconds(9 + 9)), (await replay.Report())!.Progress);
    }

    [Fact]
    public async Task Report_OfTheFirstRun_TakesTheTimeOfEarlierOnes()
    {
        IReplayGrain replay = await Requested();
        await replay.Append(new ReplayRunsPlanned(3, 2, Start));
        await replay.Append(new ReplayStepTaken(1, 1, "prepared", "", Start));

        Assert.Equal(new RunsProgress(1, 3, Start.AddSeconds(6)), (await replay.Report())!.Progress);
    }

    [Fact]
    public async Task Progress_HoldsTheOrderAsItWasWritten()
    {
        IReplayGrain replay = Store.Grains.GetGrain<IReplayGrain>(Id);
        ReplayOrder order = new() { Request = JsonDocument.Parse("""{"conversation":"5555aaaaaaaa"}""").RootElement, RecordingSha256 = "r", PlanSha256 = "p", SandboxFileSha256 = "s" };
        await replay.Request(new ReplayRequested(Id, ConversationId.Parse("5555aaaaaaaa"), "1", "sandbox", [Trace(77)], Start) { Order = order });
        await Restart();

        ReplayOrder read = (await Store.Grains.GetGrain<IReplayGrain>(Id).Progress())!.Requested.Order!;

        Assert.Equal(("5555aaaaaaaa", "r", "p", "s"), (read.Request!.Value.GetProperty("conversation").GetString(), read.RecordingSha256, read.PlanSha256, read.SandboxFileSha256));
        Assert.Null(await Store.Grains.GetGrain<IReplayGrain>("replay000009").Progress());
    }

    [Fact]
    public async Task Redact_ReplacesSecretsByTheSameTokenEachTime()
    {
        IReplayGrain replay = await Requested();
        HeaderField[] headers = [new("authorization", "Bearer secret"), new("content-type", "text/plain")];
        IReadOnlyList<HeaderField> redacted = await replay.Redact(headers);
        Assert.DoesNotContain("secret", redacted[0].Value, StringComparison.Ordinal);
        Assert.Equal(headers[1], redacted[1]);
        Assert.Equal(redacted, await replay.Redact(headers));
    }

    [Fact]
    public async Task StoreBody_IsReadBackByItsHash()
    {
        IReplayGrain replay = await Requested();
        string sha256 = await replay.StoreBody("answer"u8.ToArray());
        Assert.Equal("answer"u8.ToArray(), await replay.Body(sha256));
        Assert.Null(await replay.Body(new string('0', 64)));
    }

    private async Task<IReplayGrain> Requested()
    {
        IReplayGrain replay = Store.Grains.GetGrain<IReplayGrain>(Id);
        await replay.Request(new ReplayRequested(Id, ConversationId.Parse("5555aaaaaaaa"), "1", "127.0.0.1:9000", [Trace(77)], Start));
        return replay;
    }
}
