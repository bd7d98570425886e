using CsCheck;
using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.Adversarial.OracleClient;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>Many callers at once make equal and other calls under many hops, with context and without, more often than recorded and out of order.</summary>
public sealed class MixTests
{
    private const int Hops = 4;

    /// <summary>One call: which of few bodies, whether it overlaps the call before it, whether its caller passes its context on, whether it is made once more than recorded.</summary>
    private static readonly Gen<(int Body, bool Overlaps, bool HasContext, bool Again)> Step =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5].Select(number => number == 0), Gen.Int[0, 3].Select(number => number > 0), Gen.Int[0, 9].Select(number => number == 0));

    [Fact]
    public async Task AnyMix_HasNoWrongAnswer() =>
        await Gen.Select(Step.Array[1, 8].Array[Hops], Gen.Bool, Gen.Bool).SampleAsync(Run, iter: 20, threads: 1);

    private static async Task Run((int Body, bool Overlaps, bool HasContext, bool Again)[][] hops, bool isHttp2, bool allNameTheirHop)
    {
        using HeldService web = new();
        RecordedCall[] calls = [.. hops.SelectMany((steps, hop) => steps.Select((step, ordinal) =>
            Recorded($"{hop}/{ordinal}", $"web-{hop}", at: (ordinal * 100) + hop, milliseconds: steps.Length > ordinal + 1 && steps[ordinal + 1].Overlaps ? 150 : 50, body: Body(step.Body))))];
        await using StandInRig rig = await StandInRig.Start(HeldService.Plan(calls), web);
        using OracleClient client = new(rig, isHttp2);
        for (int hop = 0; hop < Hops; hop++)
            await web.Begin(rig, $"web-{hop}");

        await Task.WhenAll(hops.Select(async (steps, hop) =>
        {
            foreach ((int ordinal, var step) in steps.Index())
            {
                string? callerHop = allNameTheirHop || step.HasContext ? $"web-{hop}" : null;
                (await client.Call($"{hop}/{ordinal}", callerHop, body: Body(step.Body)))?.Dispose();
            }

            foreach (var step in steps.Where(step => step.Again))
                (await client.Call($"{hop}/none", $"web-{hop}", body: Body(step.Body)))?.Dispose();
        }));

        IReadOnlyList<ServedCall> served = await rig.Served(hops.Sum(steps => steps.Length + steps.Count(step => step.Again)));
        Assert.Empty(client.Wrong(served, Ambiguous(calls)));
        Assert.Equal(served.Count(call => call.HopId is not null), served.Select(call => call.HopId).OfType<string>().Distinct().Count());
        if (allNameTheirHop)
            Assert.All(served, call => Assert.Equal(call.Request.Part.Header("x-true-call")!.EndsWith("none", StringComparison.Ordinal), call.HopId is null));
    }

    // By the definition, not by the product: equal calls of one hop that were under way at the same time.
    private static HashSet<string> Ambiguous(RecordedCall[] calls) =>
    [
        .. from one in calls
           from other in calls
           where one != other && one.CallerHopId == other.CallerHopId && one.Request.Body.Span.SequenceEqual(other.Request.Body.Span)
              && one.StartedAt < other.EndedAt && other.StartedAt < one.EndedAt
           select one.HopId,
    ];

    private static string Body(int number) => $$"""{"item":{{number}}}""";
}
