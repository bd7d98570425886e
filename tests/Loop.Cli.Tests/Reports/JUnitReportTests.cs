using System.Globalization;
using System.Xml.Linq;
using Loop.Cli.Reports;
using Loop.Cli.Tests.Api;
using Loop.Contracts.Replays;

namespace Loop.Cli.Tests.Reports;

public sealed class JUnitReportTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 3, 14, 0, TimeSpan.FromHours(2));

    [Fact]
    public void Write_OfAllOutcomes_CountsThemAndKeepsFailuresAndErrorsApart()
    {
        ReportedCase[] cases =
        [
            Of("passes", Verdict.Fixed), Of("fails", Verdict.Reproduced), Of("fails otherwise", Verdict.Diverged), Of("says nothing", Verdict.Inconclusive),
            ReportedCase.NotRun("is damaged", null, "loop-test.json: it is missing", TimeSpan.Zero),
        ];
        XElement root = XDocument.Parse(JUnitReport.Write("tests/loop", cases, At)).Root!;
        XElement suite = Assert.Single(root.Elements());

        Assert.Equal(("testsuites", "testsuite", "tests/loop", "2026-11-23T01:14:00"), (root.Name.LocalName, suite.Name.LocalName, (string?)suite.Attribute("name"), (string?)suite.Attribute("timestamp")));
        foreach (XElement counted in new[] { root, suite })
            Assert.Equal(("5", "2", "2", "6.000"), ((string?)counted.Attribute("tests"), (string?)counted.Attribute("failures"), (string?)counted.Attribute("errors"), (string?)counted.Attribute("time")));
        Assert.Equal(suite.Elements("testcase").Sum(one => decimal.Parse((string)one.Attribute("time")!, CultureInfo.InvariantCulture)), decimal.Parse((string)suite.Attribute("time")!, CultureInfo.InvariantCulture));
        Assert.Equal(["system-out", "failure", "failure", "error", "error"], suite.Elements("testcase").Select(one => one.Elements().Single().Name.LocalName));
        XElement failure = suite.Elements("testcase").ElementAt(1).Element("failure")!;
        Assert.Equal(("reproduced (the entry answered 500 again)", "R1"), ((string?)failure.Attribute("message"), (string?)failure.Attribute("type")));
        Assert.Contains("first divergence: entry: body $.total, recorded 12, replayed (absent) (2 in all)", failure.Value, StringComparison.Ordinal);
        Assert.Contains("replay r1r2r3r4r5r6 of 7f3k9m2q0abc, evidence sealed, row R1, expected fixed", failure.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OfTextThatNoXmlCanHold_IsWellFormed()
    {
        const string hostile = "a\u0000b\u001b[2J]]></failure><x>\ud800 \uffff & \"q\" é";
        string xml = JUnitReport.Write(hostile, [ReportedCase.NotRun(hostile, null, hostile, TimeSpan.Zero)], At);

        XElement one = XDocument.Parse(xml).Descendants("testcase").Single();
        Assert.Equal("a\\x00b\\x1b[2J]]></failure><x>\ufffd \ufffd & \"q\" é", (string?)one.Attribute("name"));
        Assert.Equal((string?)one.Attribute("name"), one.Element("error")!.Value);
        Assert.StartsWith("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<testsuites ", xml, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OfRuns_NamesTheirLogs()
    {
        RunReport run = new() { Number = 1, Verdict = Verdict.Reproduced, Row = "R1", Reason = "again", PrepareMs = 600, DriveMs = 300, CompareMs = 100, Logs = new Dictionary<string, string> { ["web"] = "aa", ["payments"] = "bb" } };
        ReplayReport report = Report(Verdict.Reproduced) with { Sandbox = new SandboxReport { File = "/x/loop-sandbox.yaml", Live = ["web", "payments"], Judged = "payments POST /charge #1", Runs = [run] } };
        ReportedCase one = ReportedCase.Of("fails", Verdict.Fixed, report, TimeSpan.FromSeconds(1), requireSealed: true) with { LogFiles = ["/logs/fails/run-1-web.log"] };

        string text = XDocument.Parse(JUnitReport.Write("s", [one], At)).Descendants("failure").Single().Value;
        Assert.Contains("run 1: reproduced (R1) in 1.00 s; logs of payments, web", text, StringComparison.Ordinal);
        Assert.Contains("log: /logs/fails/run-1-web.log", text, StringComparison.Ordinal);
    }

    private static ReportedCase Of(string name, Verdict verdict) => ReportedCase.Of(name, Verdict.Fixed, Report(verdict), TimeSpan.FromSeconds(1.5), requireSealed: true);

    private static ReplayReport Report(Verdict verdict) => Samples.Replay("finished", verdict) with { Evidence = "sealed" };
}
