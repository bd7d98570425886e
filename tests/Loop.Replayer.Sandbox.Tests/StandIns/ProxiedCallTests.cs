using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.StandIns;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Mesh;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

/// <summary>The proxies' part in a call, on both sides of its borders.</summary>
public sealed class ProxiedCallTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);
    private static readonly HttpMessagePart TimedOut = new() { Headers = [new(":status", "504"), new("content-type", "text/plain")], Body = BodyInfo.Empty };
    private static readonly ProxyPart Limited = new() { Limit = TimeSpan.FromMilliseconds(100), LimitAnswer = new Message(TimedOut, "upstream request timeout"u8.ToArray()), Watch = TimeSpan.FromMilliseconds(200) };
    private readonly FakeTimeProvider _time = new();
    private readonly List<RunFact> _told = [];
    private readonly List<TimeSpan> _limits = [];

    [Theory]
    [InlineData(99, 200)]
    [InlineData(101, 504)]
    public async Task Run_AnswerBesideTheLimit_IsTakenOnlyWithinIt(int milliseconds, int status)
    {
        LiveOutcome outcome = await Run(Limited, Comes(milliseconds, 200));

        Assert.Equal((status, status is 504, AnswerOutcome.Answered), (outcome.Answer.Status, outcome.Answer.EndedByProxy, outcome.Answer.Outcome));
        Assert.Equal(status is 504, _told.OfType<LimitPlayed>().Any());
    }

    [Theory]
    [InlineData(150, "status 200")]
    [InlineData(299, "status 200")]
    [InlineData(301, null)]
    public async Task Run_AnswerAfterTheLimit_IsSeenWhileItIsWatched(int milliseconds, string? seen)
    {
        await Run(Limited, Comes(milliseconds, 200));

        LimitWatched watched = Assert.Single(_told.OfType<LimitWatched>());
        Assert.Equal(("hop", seen, Math.Min(milliseconds, 300) - 100), (watched.Watched.HopId, watched.Watched.Answer, (int)watched.Watched.After.TotalMilliseconds));
    }

    [Fact]
    public async Task Run_HeadersWithinTheLimit_BreakOffInsteadOfAnotherAnswer()
    {
        LiveOutcome outcome = await Run(Limited, Comes(250, 200, headersAt: 50));

        Assert.Equal((200, AnswerOutcome.BodyReset, true), (outcome.Answer.Status, outcome.Answer.Outcome, outcome.Answer.EndedByProxy));
    }

    [Fact]
    public async Task Run_PassedOn_GoesToTheCallerUntilTheLimitAndNoFurther()
    {
        Relay caller = new();
        LiveOutcome outcome = await Run(Limited, [Comes(250, 200, headersAt: 50)], 10_000, caller);

        Assert.Equal([200], caller.Begun);
        Assert.Equal("begin", Encoding.UTF8.GetString([.. caller.Passed]));
        Assert.Equal("begin", Encoding.UTF8.GetString(outcome.Answer.Body.Span));
        Assert.Equal("status 200", Assert.Single(_told.OfType<LimitWatched>()).Watched.Answer);
    }

    [Fact]
    public async Task Run_PassedOnWithinTheLimit_GoesToTheCallerWhole()
    {
        Relay caller = new();
        LiveOutcome outcome = await Run(Limited, [Comes(90, 200, headersAt: 50)], 10_000, caller);

        Assert.Equal("begin and end", Encoding.UTF8.GetString([.. caller.Passed]));
        Assert.False(outcome.Answer.EndedByProxy);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Run_RequestThatIsStillComing_EndsAtTheLimit()
    {
        Relay caller = new() { Gives = true };
        LiveOutcome outcome = await Run(Limited, [Comes(250, 200)], 10_000, caller);

        Assert.True(caller.IsCutOff);
        Assert.Equal((504, true), (outcome.Answer.Status, outcome.Answer.EndedByProxy));
    }

    [Fact]
    public async Task Run_CallerThatTakesNothing_IsNotWaitedForAtTheLimit()
    {
        Relay caller = new() { TakesNothing = true };
        LiveOutcome outcome = await Run(Limited, [Comes(250, 200, headersAt: 50)], 10_000, caller);

        Assert.Equal((200, AnswerOutcome.BodyReset, true), (outcome.Answer.Status, outcome.Answer.Outcome, outcome.Answer.EndedByProxy));
    }

    [Fact]
    public async Task Run_WithoutWatch_LimitsTheCallItself()
    {
        LiveOutcome outcome = await Run(Limited with { Watch = TimeSpan.Zero }, Comes(500, 200));

        Assert.Equal((504, true), (outcome.Answer.Status, outcome.Answer.EndedByProxy));
        Assert.Equal([TimeSpan.FromMilliseconds(100)], _limits);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Run_OwnLimitBeforeThatOfTheProxy_IsNoProxys()
    {
        LiveOutcome outcome = await Run(Limited, Comes(500, 200), patience: 50);

        Assert.Equal((AnswerOutcome.HeadersTimedOut, false), (outcome.Answer.Outcome, outcome.Answer.EndedByProxy));
    }

    [Fact]
    public async Task Run_FailingTry_IsRepeatedAsOftenAsRecorded()
    {
        ProxyPart part = new() { Attempts = [Ended(503), Ended(503), Ended(200)] };

        Assert.Equal([503, 503, 200], (await Run(part, Comes(1, 503), Comes(1, 503), Comes(1, 200))).Attempts.Select(answer => answer.Status!.Value));
        Assert.Equal([503, 503, 503], (await Run(part, Comes(1, 503), Comes(1, 503), Comes(1, 503), Comes(1, 200))).Attempts.Select(answer => answer.Status!.Value));
        Assert.Equal([500], (await Run(part, Comes(1, 500), Comes(1, 200))).Attempts.Select(answer => answer.Status!.Value));
        Assert.Equal([200], (await Run(part, Comes(1, 200))).Attempts.Select(answer => answer.Status!.Value));
    }

    [Fact]
    public async Task Run_SlowTry_IsLeftAndRepeatedWithinTheWholeLimit()
    {
        ProxyPart part = Limited with { Attempts = [new(AttemptEnd.GivenUp, null, null, TimeSpan.Zero), new(AttemptEnd.Reset, null, null, TimeSpan.Zero)], TryLimit = TimeSpan.FromMilliseconds(40), Watch = TimeSpan.Zero };

        Assert.Equal([null, 200], (await Run(part, Comes(500, 200), Comes(10, 200))).Attempts.Select(answer => answer.Status));
        Assert.Equal([null, 504], (await Run(part, Comes(500, 200), Comes(500, 200))).Attempts.Select(answer => answer.Status));
    }

    private static ProxyAttempt Ended(int status) => new(AttemptEnd.Answered, status, null, TimeSpan.Zero);

    private static (int At, int Status, int HeadersAt) Comes(int milliseconds, int status, int? headersAt = null) => (milliseconds, status, headersAt ?? milliseconds);

    private async Task<LiveOutcome> Run(ProxyPart part, params (int At, int Status, int HeadersAt)[] answers) => await Run(part, answers, 10_000, null);

    private Task<LiveOutcome> Run(ProxyPart part, (int At, int Status, int HeadersAt) answer, int patience) => Run(part, [answer], patience);

    private async Task<LiveOutcome> Run(ProxyPart part, (int At, int Status, int HeadersAt)[] answers, int patience, Relay? caller = null)
    {
        Queue<(int At, int Status, int HeadersAt)> coming = new(answers);
        ProxiedCall call = new("hop", part, caller, 1024, (limit, relay, token) => Send(coming.Dequeue(), limit, relay, token), _told.Add, _time);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        // Away from the test's context everything that a step sets off runs within it.
        Task<LiveOutcome> running = await Task.Factory.StartNew(() => call.Run(TimeSpan.FromMilliseconds(patience), cancellationToken), cancellationToken, TaskCreationOptions.None, TaskScheduler.Default);
        while (!running.IsCompleted || !call.Listening.IsCompleted)
            _time.Advance(Step);
        return await running;
    }

    private async Task<Answer> Send((int At, int Status, int HeadersAt) coming, TimeSpan limit, IRelayedCall? relay, CancellationToken cancellationToken)
    {
        _limits.Add(limit);
        TimeSpan at = TimeSpan.FromMilliseconds(coming.At);
        TimeSpan headersAt = TimeSpan.FromMilliseconds(coming.HeadersAt);
        Task giving = relay is { Gives: true } ? relay.Give(Stream.Null, cancellationToken) : Task.CompletedTask;
        if (headersAt < limit)
        {
            await Task.Delay(headersAt, _time, cancellationToken);
            if (relay is not null)
            {
                await relay.Begin(coming.Status, [], cancellationToken);
                await relay.Pass("begin"u8.ToArray(), cancellationToken);
            }
        }

        TimeSpan passed = headersAt < limit ? headersAt : TimeSpan.Zero;
        TimeSpan rest = (at < limit ? at : limit) - passed;
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest, _time, cancellationToken);
        if (at < limit && relay is not null)
            await relay.Pass(" and end"u8.ToArray(), cancellationToken);
        await giving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return at < limit
            ? new Answer { Outcome = AnswerOutcome.Answered, Status = coming.Status, Duration = at }
            : new Answer { Outcome = AnswerOutcome.HeadersTimedOut, Duration = limit };
    }

    private sealed class Relay : IRelayedCall
    {
        public List<int> Begun { get; } = [];

        public List<byte> Passed { get; } = [];

        public bool TakesNothing { get; init; }

        public bool IsCutOff { get; private set; }

        public bool Gives { get; init; }

        public TimeSpan HoldBack => TimeSpan.Zero;

        public async Task Give(Stream callee, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            IsCutOff = true;
        }

        public ValueTask Begin(int status, IReadOnlyList<HeaderField> headers, CancellationToken cancellationToken)
        {
            Begun.Add(status);
            return ValueTask.CompletedTask;
        }

        public ValueTask Pass(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            if (TakesNothing)
                return new ValueTask(Task.Delay(Timeout.Infinite, cancellationToken));
            Passed.AddRange(bytes.Span);
            return ValueTask.CompletedTask;
        }

        public ValueTask Stall(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
