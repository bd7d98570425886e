using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Sandboxes;
using Loop.Replayer.Tests.Runs;

namespace Loop.Replayer.Tests.Sandboxes;

public sealed class RecordRedactionTests
{
    /// <summary>Whatever a run heard or said, before its entry too, in each try too, is told without its secrets.</summary>
    [Fact]
    public async Task Apply_EveryHeaderAndTrailerOfARun_IsRedacted()
    {
        RunRecord run = ShopRun.Of("web", "payments").AsRecorded();
        DrivenHop driven = run.Driven.Single();
        driven = driven with { Answer = Secret(driven.Answer!), Attempts = [Secret(driven.Answer!), Secret(driven.Answer!)] };
        run = run with
        {
            Earlier = [driven],
            Driven = [driven],
            Calls = [.. run.Calls.Select(call => call with
            {
                Request = call.Request with { Part = call.Request.Part with { Headers = [new("cookie", "secret")], Trailers = [new("x-sum", "secret")] } },
                Answer = call.Answer is { } answer ? Secret(answer) : null,
                Attempts = call.Answer is { } again ? [Secret(again)] : [],
            })],
        };

        RunRecord told = await RecordRedaction.Apply(run, value => value, fields => Task.FromResult<IReadOnlyList<HeaderField>>([.. fields.Select(field => field with { Value = "token" })]));

        Answer[] answers =
        [
            .. told.Earlier.Concat(told.Driven).SelectMany(hop => hop.Attempts.Append(hop.Answer!)),
            .. told.Calls.SelectMany(call => call.Attempts.Concat(call.Answer is { } answer ? [answer] : [])),
        ];
        Assert.Equal(8, answers.Length);
        Assert.All(answers, answer => Assert.Equal([("set-cookie", "token"), ("x-sum", "token")], answer.Headers.Concat(answer.Trailers).Select(field => (field.Name, field.Value))));
        Assert.All(told.Calls, call => Assert.Equal([("cookie", "token"), ("x-sum", "token")], call.Request.Part.Headers.Concat(call.Request.Part.Trailers).Select(field => (field.Name, field.Value))));
    }

    private static Answer Secret(Answer answer) => answer with { Headers = [new("set-cookie", "secret")], Trailers = [new("x-sum", "secret")] };
}
