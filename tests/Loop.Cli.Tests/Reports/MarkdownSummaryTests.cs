using Loop.Cli.Reports;
using Loop.Cli.Tests.Api;
using Loop.Contracts.Replays;

namespace Loop.Cli.Tests.Reports;

public sealed class MarkdownSummaryTests
{
    [Fact]
    public void Write_OfAllOutcomes_IsATableAndWhatDidNotPass()
    {
        ReplayReport report = Samples.Replay("finished", Verdict.Fixed) with { Evidence = "sealed", NextStep = null };
        ReportedCase[] cases =
        [
            ReportedCase.Of("passes", Verdict.Fixed, report, TimeSpan.FromSeconds(2), requireSealed: true),
            ReportedCase.NotRun("<img> | `x`", Verdict.Fixed, "loop-test.json: <b>gone</b>\n# no heading", TimeSpan.Zero),
        ];

        Assert.Equal(
            """
            ## tests/loop: 2 tests, 1 passed, 0 failed, 1 error

            | | test | verdict | expected | evidence | time |
            |---|---|---|---|---|---|
            | ✓ | passes | fixed (R1) | fixed | sealed | 2.00 s |
            | ! | &lt;img> \| \`x\` | none | fixed |  | 0.0 ms |

            ### ! &lt;img> \| \`x\`

                loop-test.json: <b>gone</b>\x0a# no heading

            
            """.ReplaceLineEndings("\n"),
            MarkdownSummary.Write("tests/loop", cases));
    }
}
