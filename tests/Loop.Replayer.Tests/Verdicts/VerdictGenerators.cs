using CsCheck;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Tests.Verdicts;

/// <summary>Any target and any observation, also ones that no harness would ever make: the table is total.</summary>
internal static class VerdictGenerators
{
    private static readonly AssertionTarget Wrong = AssertionTests.Total("1", "2");

    public static Gen<ReplayTarget> Targets =>
        from place in Gen.Enum<TargetPlace>()
        from flags in Gen.Bool.Array[8]
        from ends in Gen.Enum<EndKind>().Array[2]
        from gaps in Rarely(Gen.Const("some")).Array[3]
        from assertion in Rarely(Gen.Const(Wrong))
        select new ReplayTarget
        {
            Place = place,
            Where = "w",
            Failure = "f",
            EntryFails = flags[0],
            MadeByProxy = flags[1],
            EntryMadeByProxy = flags[2],
            IsWeak = flags[3],
            EntryIsWeak = flags[4],
            JudgeNamed = flags[5],
            JudgedIsLive = flags[6] || flags[5],
            TimeoutEmulated = flags[7],
            End = ends[0],
            EntryEnd = ends[1],
            Assertion = assertion,
            RequestIncomplete = gaps[0],
            EntryEvidenceIncomplete = gaps[1],
            EvidenceIncomplete = gaps[2],
        };

    public static Gen<ReplayObservations> Observations => Gen.Select(Sandboxes, Answers, (sandbox, answer) => answer with
    {
        Evidence = sandbox.Evidence,
        Fault = sandbox.Fault,
        Control = sandbox.Control,
        JudgedEndedAt = sandbox.JudgedEndedAt,
        Break = sandbox.Break,
        Troubles = sandbox.Troubles,
        UndeclaredState = sandbox.UndeclaredState,
        IncompleteInputs = sandbox.IncompleteInputs,
        RedactedInputs = sandbox.RedactedInputs,
        ClockNotReached = sandbox.ClockNotReached,
        Assignment = sandbox.Assignment,
        MaskedShare = sandbox.MaskedShare,
        WhatIf = sandbox.WhatIf,
    });

    public static Gen<CallTrouble> Trouble =>
        from kind in Gen.Enum<TroubleKind>()
        from at in Gen.Int[0, 20]
        from background in Gen.Bool
        from partners in Gen.Int[0, 2]
        select new CallTrouble
        {
            Kind = kind,
            Caller = "web",
            Call = "GET /x",
            BegunAt = TimeSpan.FromSeconds(at),
            IsBackground = background,
            Partners = [.. Enumerable.Repeat(new RecordedPartner("stock", ["path"]), partners)],
        };

    private static Gen<ReplayObservations> Sandboxes =>
        from evidence in Gen.Enum<Evidence>()
        from fault in Rarely(Gen.Enum<SandboxFaultKind>().Select(kind => new SandboxFault(kind, "d")))
        from control in Gen.Enum<ControlResult>()
        from end in Gen.Int[-1, 20]
        from broken in Gen.Bool.Array[4]
        from troubles in Rarely(Trouble.Array[0, 3])
        from texts in Rarely(Gen.Const("some")).Array[4]
        from assignment in Rarely(Gen.Int[1, 3].Select(number => new Assignment("a", number, 3)))
        from masked in Rarely(Gen.Const("masked"))
        from whatIf in Rarely(Gen.Bool.Array[3].Select(flags => new WhatIfSight(flags[0], flags[1] ? ["a reset"] : [], flags[2] ? "status" : null)))
        select new ReplayObservations
        {
            Outcome = AnswerOutcome.Answered,
            Evidence = evidence,
            Fault = fault,
            Control = control,
            JudgedEndedAt = end < 0 ? null : TimeSpan.FromSeconds(end),
            Break = broken[3] ? new BreakEvidence(broken[0], broken[1], broken[2]) : null,
            Troubles = troubles ?? [],
            UndeclaredState = texts[0],
            IncompleteInputs = texts[1] is null ? [] : ["x"],
            RedactedInputs = texts[2] is null ? [] : ["x"],
            ClockNotReached = texts[3] is null ? [] : ["x"],
            Assignment = assignment,
            MaskedShare = masked is null ? 0 : 0.5,
            WhatIf = whatIf,
        };

    private static Gen<ReplayObservations> Answers =>
        from outcome in Gen.Frequency((3, Gen.Const(AnswerOutcome.Answered)), (1, Gen.Enum<AnswerOutcome>()))
        from sights in Gen.Enum<Sight>().Array[2]
        from assertion in Gen.Enum<AssertionSight>()
        from flags in Gen.Bool.Array[7]
        from calls in Gen.Int[0, 2].Select(choice => choice == 0 ? (bool?)null : choice == 1)
        from elsewhere in Rarely(Gen.Bool.Array[1, 2])
        from baseline in Gen.Int[0, 3]
        select new ReplayObservations
        {
            Outcome = outcome,
            Entry = sights[0],
            Origin = sights[1],
            Assertion = assertion,
            EntryFails = flags[0],
            AnyDivergence = flags[1],
            CallerRefused = flags[2],
            WaitedLongEnough = flags[3],
            EntryFailsAfterMiss = flags[4],
            DroppedCredentials = flags[5] && flags[6] ? ["cookie"] : [],
            TokenRefused = flags[5] && !flags[6] && flags[2] ? "web refused it" : null,
            EarlierCallsEqual = calls,
            FailsElsewhere = [.. (elsewhere ?? []).Select(after => new NewFailure("w", after))],
            Baseline = baseline == 0 ? null : new Baseline(baseline - 1, 2),
        };

    private static Gen<T?> Rarely<T>(Gen<T> gen) where T : class => Gen.Frequency((5, Gen.Const((T?)null)), (1, gen.Select(value => (T?)value)));
}
