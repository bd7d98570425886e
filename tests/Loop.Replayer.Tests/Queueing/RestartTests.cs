using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Hosting;
using Loop.Replayer.Queueing;
using Loop.Replayer.Sandbox.Processes;
using Loop.Replayer.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Tests.Queueing;

/// <summary>Replays that a process accepted and another one finds open.</summary>
public sealed class RestartTests
{
    private const string SameBody = """{"error":"discount is null"}""";

    [Fact]
    public async Task Waiting_IsCarriedOutUnderItsOwnKeys()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        (FakeStore store, string id) = await Accepted(destination.Name);

        ReplayReport report = await Restarted(store, id);

        Assert.Equal((Verdict.Reproduced, "R1"), (report.Verdict, report.Row));
        Received received = Assert.Single(destination.Requests);
        Assert.Equal(store.Stream(id).OfType<ReplayRequested>().Single().Keys[0], TraceKey.FromTraceParent(received.Headers["traceparent"]));
        Assert.Equal([1], store.Stream(id).OfType<ReplayBegun>().Select(begun => begun.Attempt));
    }

    [Fact]
    public async Task HeldByALivingReplayer_IsLeftToIt_AndTakenUpWhenThatIsGone()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        (FakeStore store, string id) = await Accepted(destination.Name);
        using Process other = Process.Start("sleep", "600");
        string startedAt = OperatingSystem.IsLinux() ? ProcessMark.Of(other.Id)!.Value.StartTime : other.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
        await store.Append(id, new ReplayBegun(1, Recording.Start) { Holder = store.Stream(id).OfType<ReplayRequested>().Single().Order!.Holder! with { ProcessId = other.Id, StartedAt = startedAt } });
        store.FailOnBegin = null;
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), store, new Dictionary<string, string?> { ["Loop:Replay:RecoveryInterval"] = "00:00:00.1" });
        int looks = store.Looks;
        await store.LooksUntil(looks + 3);
        Assert.Empty(destination.Requests);

        other.Kill();

        Assert.Equal(Verdict.Reproduced, (await store.Finished(id)).Verdict);
        Assert.Equal([1, 2], store.Stream(id).OfType<ReplayBegun>().Select(begun => begun.Attempt));
        Assert.Single(destination.Requests);
    }

    [Fact]
    public async Task Begun_ButNotSent_IsSentOnce()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        (FakeStore store, string id) = await Accepted(destination.Name);
        await store.Append(id, new ReplayBegun(1, Recording.Start));

        ReplayReport report = await Restarted(store, id);

        Assert.Equal(Verdict.Reproduced, report.Verdict);
        Assert.Single(destination.Requests);
        Assert.Equal([1, 2], store.Stream(id).OfType<ReplayBegun>().Select(begun => begun.Attempt));
    }

    [Fact]
    public async Task Sent_IsNotSentAgain()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        (FakeStore store, string id) = await Accepted(destination.Name);
        await store.Append(id, new ReplayBegun(1, Recording.Start));
        await store.Append(id, new ReplayRequestSent([], Recording.Start));

        ReplayReport report = await Restarted(store, id);

        Assert.Equal((Verdict.Inconclusive, "V1"), (report.Verdict, report.Row));
        Assert.Contains("it is not sent a second time", report.Reason, StringComparison.Ordinal);
        Assert.Empty(destination.Requests);
    }

    [Fact]
    public async Task CancelledBeforeTheRestart_StaysCancelled()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        (FakeStore store, string id) = await Accepted(destination.Name);
        await using (ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), new FakeStore()))
            await store.Append(id, new ReplayCancellationRequested(Recording.Start));

        ReplayReport report = await Restarted(store, id);

        Assert.Equal((Verdict.Inconclusive, "sandbox: cancelled: on request"), (report.Verdict, report.Reason));
        Assert.Empty(destination.Requests);
    }

    [Fact]
    public async Task Secrets_AreNotStored_AndTheReplayEndsWithTheReason()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        (FakeStore store, string id) = await Accepted(destination.Name, request => request with { Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer mine" } });
        Assert.Null(store.Stream(id).OfType<ReplayRequested>().Single().Order!.Request);

        ReplayReport report = await Restarted(store, id);

        Assert.Contains("the headers that were given with it hold secrets", report.Reason, StringComparison.Ordinal);
        Assert.Empty(destination.Requests);
    }

    [Fact]
    public async Task WhatIf_WhoseRequestIsNotStored_StaysMarked()
    {
        string folder = Directory.CreateTempSubdirectory("loop-test-mark-").FullName;
        string file = Path.Combine(folder, "loop-sandbox.yaml");
        await File.WriteAllTextAsync(file, "version: 1\nservices:\n  web:\n    command: [sh]\n    port: 8080\n");
        (FakeStore store, string id) = await Accepted(null!, request => request with
        {
            Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer mine" },
            Sandbox = new SandboxReplay { File = file, Edits = ["entry request $.items=[]"] },
        });
        ReplayOrder order = store.Stream(id).OfType<ReplayRequested>().Single().Order!;
        Assert.Null(order.Request);
        Assert.Equal(["entry request $.items=[]"], order.Marked()!.WhatIf);

        ReplayReport report = await Restarted(store, id);

        Assert.Contains("the headers that were given with it hold secrets", report.Reason, StringComparison.Ordinal);
        Assert.Equal(["entry request $.items=[]"], report.Sandbox!.WhatIf);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task OtherHeaders_AreSentAfterTheRestartToo()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        (FakeStore store, string id) = await Accepted(destination.Name, request => request with { Headers = new Dictionary<string, string> { ["x-colour"] = "green" } });

        await Restarted(store, id);

        Assert.Equal("green", Assert.Single(destination.Requests).Headers["x-colour"]);
    }

    [Fact]
    public async Task ConversationThatChanged_IsNotReplayedAsIfItHadNot()
    {
        await using TestDestination destination = await TestDestination.Answering(500, SameBody);
        (FakeStore store, string id) = await Accepted(destination.Name);

        ReplayReport report = await Restarted(store, id, Recording.Failing(requestBody: """{"items":[2]}"""));

        Assert.Equal(Verdict.Inconclusive, report.Verdict);
        Assert.EndsWith("and the conversation changed since it was accepted", report.Reason, StringComparison.Ordinal);
        Assert.Empty(destination.Requests);
    }

    [Fact]
    public async Task ConversationThatIsGone_IsTold()
    {
        (FakeStore store, string id) = await Accepted("127.0.0.1:9");
        Recording other = Recording.Failing();
        store.Recordings.Clear();
        await using ReplayerHost host = await ReplayerHost.Start(other, store, isKept: false);

        ReplayReport report = await store.Finished(id);

        Assert.Contains("it would be refused now: No kept conversation begins with", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancelledWhileItWaits_IsInTheStream()
    {
        (FakeStore store, string id) = await Accepted("127.0.0.1:9");
        store.FailOnBegin = new InvalidOperationException("not yet");
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), store);

        HttpResponseMessage response = await host.Client.DeleteAsync($"/api/v1/replays/{id}");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Single(store.Stream(id).OfType<ReplayCancellationRequested>());
    }

    // The worker gives up before it begins, as if the process had died there: the stream stays open.
    private static async Task<(FakeStore Store, string Id)> Accepted(string destination, Func<ReplayRequest, ReplayRequest>? change = null)
    {
        FakeStore store = new() { FailOnBegin = new InvalidOperationException("the power went") };
        await using ReplayerHost host = await ReplayerHost.Start(Recording.Failing(), store, services: AsAProcessThatIsGone);
        HttpResponseMessage response = await host.Post(destination, change);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        string id = (await response.Content.ReadFromJsonAsync<ReplayReport>())!.Id;
        await store.BeginRefused.WaitAsync(TimeSpan.FromSeconds(30));
        return (store, id);
    }

    private static void AsAProcessThatIsGone(IServiceCollection services) => services.AddSingleton(provider =>
    {
        ReplayHolders own = new(provider.GetRequiredService<IOptions<ReplayOptions>>(), TimeProvider.System);
        return new ReplayHolders(provider.GetRequiredService<IOptions<ReplayOptions>>(), TimeProvider.System) { Self = own.Self with { StartedAt = "1" } };
    });

    private static async Task<ReplayReport> Restarted(FakeStore store, string id, Recording? recording = null)
    {
        store.FailOnBegin = null;
        await using ReplayerHost host = await ReplayerHost.Start(recording ?? Recording.Failing(), store);
        return await store.Finished(id);
    }
}
