using Loop.TruthBench.Bugs;
using Loop.TruthBench.Builds;

namespace Loop.TruthBench.Arms;

/// <summary>One replay that the bench makes: a bug, a build of its service, and a sandbox.</summary>
/// <param name="Kind">Which of the arms.</param>
/// <param name="Bug">The bug whose recording is replayed.</param>
/// <param name="Build">The build that runs.</param>
internal sealed record Arm(ArmKind Kind, Bug Bug, Build Build)
{
    /// <summary>Unique within the bug; part of file names.</summary>
    public string Name => Kind is ArmKind.Mutant ? $"mutant-{Build.Variant}-{Build.Mutation}" : ArmKinds.Name(Kind);

    /// <summary>Five arms, and a mutant for each negative; the buggy build first, since it is the baseline of all others.</summary>
    public static IEnumerable<Arm> Of(Bug bug, IEnumerable<Build> negatives) =>
    [
        new(ArmKind.Buggy, bug, Build.Buggy),
        new(ArmKind.Fixed, bug, Build.Fixed),
        new(ArmKind.Decoy, bug, Build.DecoyOf(bug)),
        new(ArmKind.Broken, bug, Build.Buggy),
        new(ArmKind.Elsewhere, bug, Build.Buggy),
        .. negatives.Select(build => new Arm(ArmKind.Mutant, bug, build)),
    ];
}

/// <summary>What is replayed against what.</summary>
internal enum ArmKind
{
    /// <summary>The recorded build.</summary>
    Buggy,

    /// <summary>The build in which the bug is fixed.</summary>
    Fixed,

    /// <summary>A build that fails at the same hop with the same status for another cause.</summary>
    Decoy,

    /// <summary>The recorded build in a sandbox that is not as production was.</summary>
    Broken,

    /// <summary>The service with the bug is answered from the recording; others are live.</summary>
    Elsewhere,

    /// <summary>A mutated build.</summary>
    Mutant,
}

/// <summary>Names of arms in tables and files.</summary>
internal static class ArmKinds
{
    public static string Name(ArmKind kind) => kind switch
    {
        ArmKind.Buggy => "buggy",
        ArmKind.Fixed => "fixed",
        ArmKind.Decoy => "decoy",
        ArmKind.Broken => "broken",
        ArmKind.Elsewhere => "elsewhere",
        ArmKind.Mutant => "mutant",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
