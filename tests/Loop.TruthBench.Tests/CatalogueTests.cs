using Loop.Contracts.Replays;
using Loop.SandboxFiles;
using Loop.TruthBench.Arms;
using Loop.TruthBench.Bugs;
using Loop.TruthBench.Builds;
using Loop.TruthBench.Stack;
using Xunit;

namespace Loop.TruthBench.Tests;

public sealed class CatalogueTests
{
    private static readonly TruthSources Sources = TruthSources.Find(null);
    private static readonly BugCatalogue Catalogue = BugCatalogue.Read(Sources.Bugs);
    private static readonly Labels Labels = Labels.Read(Sources.Labels);

    [Fact]
    public void Catalogue_HasWhatTheBenchPromises()
    {
        Assert.True(Catalogue.Bugs.Count >= 30);
        Assert.Equal(["csharp", "go", "node", "python"], Catalogue.Bugs.Select(bug => bug.Language).Distinct().Order());
        Assert.True(Catalogue.Bugs.Count(bug => bug.Needs is not StateKind.None) >= 8);
        Assert.Equal(Catalogue.Bugs.Count, Catalogue.Bugs.Select(bug => bug.Id).Distinct().Count());
    }

    [Fact]
    public void Third_HasEveryLanguageAndBothServers()
    {
        BugCatalogue third = Catalogue.Third();

        Assert.Equal(["csharp", "go", "node", "python"], third.Bugs.Select(bug => bug.Language).Distinct().Order());
        Assert.Contains(third.Bugs, bug => bug.Needs is StateKind.Postgresql);
        Assert.Contains(third.Bugs, bug => bug.Needs is StateKind.Redis);
    }

    [Fact]
    public void Operators_DealtTwelveToEachBug_AreAllUsedAndGiveThreeHundredMutants()
    {
        string[] dealt = [.. Catalogue.Bugs.SelectMany((bug, place) => MutationOperator.Dealt(bug, place).Take(12).Select(mutation => mutation.Build(bug, "{}").Name))];

        Assert.True(dealt.Length >= 300);
        Assert.Equal(MutationOperator.All.Select(mutation => mutation.Build(Catalogue.Bugs[0], "{}").Name).Order(), dealt.Distinct().Order());
    }

    [Fact]
    public void Labels_NameEveryArmAndNoNegativeMayBeReproducedOrFixed()
    {
        foreach (Arm arm in Catalogue.Bugs.SelectMany(bug => Arm.Of(bug, MutationOperator.Dealt(bug, 0).Select(mutation => mutation.Build(bug, "{}")))))
        {
            Label label = Labels.Of(arm);
            Assert.NotEmpty(label.Why);
            Assert.NotEmpty(label.Allowed);
            Assert.True(label.Allowed.Contains(Verdict.Reproduced) == (arm.Kind is ArmKind.Buggy) && label.Allowed.Contains(Verdict.Fixed) == (arm.Kind is ArmKind.Fixed), $"{arm.Bug.Id} {arm.Name}");
        }
    }

    [Fact]
    public void SandboxFiles_OfAllArms_HaveNoFaults()
    {
        foreach (Arm arm in Catalogue.Bugs.SelectMany(bug => Arm.Of(bug, [new Build("fixed", "reset")])))
        {
            SandboxFileResult reading = SandboxFileReader.Read(ArmSandbox.Text(arm), $"{arm.Bug.Name}.{arm.Name}.yaml");
            Assert.True(reading.Faults.Count == 0, string.Join('\n', reading.Faults));
        }
    }

    [Fact]
    public void Only_UnknownName_IsRefusedWithTheKnownOnes() =>
        Assert.Contains("csharp/rounding", Assert.Throws<BenchException>(() => Catalogue.Only(["cobol"])).Message, StringComparison.Ordinal);
}
