using System.Globalization;
using System.Text;
using System.Xml;
using Loop.Cli.Terminal;

namespace Loop.Cli.Reports;

/// <summary>
/// JUnit's XML, as CI systems read it: one suite, one case per replay. What was not expected is a failure; what says nothing is an error and never a failure,
/// since nothing is known of the program then.
/// </summary>
internal static class JUnitReport
{
    /// <summary>The document.</summary>
    /// <param name="suite">Name of the suite.</param>
    /// <param name="cases">In order.</param>
    /// <param name="startedAt">When the first one began.</param>
    public static string Write(string suite, IReadOnlyList<ReportedCase> cases, DateTimeOffset startedAt)
    {
        var text = new Utf8Text();
        using (XmlWriter xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n" }))
        {
            xml.WriteStartElement("testsuites");
            WriteTotals(xml, cases);
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Safe(suite));
            WriteTotals(xml, cases);
            xml.WriteAttributeString("skipped", "0");
            xml.WriteAttributeString("timestamp", startedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
            foreach (ReportedCase one in cases)
                WriteCase(xml, suite, one);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return text.ToString() + "\n";
    }

    private static void WriteTotals(XmlWriter xml, IReadOnlyList<ReportedCase> cases)
    {
        xml.WriteAttributeString("tests", Number(cases.Count));
        xml.WriteAttributeString("failures", Number(cases.Count(one => one.Outcome is CaseOutcome.Failed)));
        xml.WriteAttributeString("errors", Number(cases.Count(one => one.Outcome is CaseOutcome.Error)));
        xml.WriteAttributeString("time", Seconds(cases.Aggregate(TimeSpan.Zero, (sum, one) => sum + one.Duration)));
    }

    private static void WriteCase(XmlWriter xml, string suite, ReportedCase one)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Safe(suite));
        xml.WriteAttributeString("name", Safe(one.Name));
        xml.WriteAttributeString("time", Seconds(one.Duration));
        string details = Safe(string.Join('\n', one.Details()));
        if (one.Outcome is not CaseOutcome.Passed)
        {
            xml.WriteStartElement(one.Outcome is CaseOutcome.Failed ? "failure" : "error");
            xml.WriteAttributeString("message", Safe(one.Message));
            xml.WriteAttributeString("type", one.Report?.Row ?? "not run");
            xml.WriteString(details.Length == 0 ? Safe(one.Message) : details);
            xml.WriteEndElement();
        }
        else if (details.Length > 0)
        {
            xml.WriteElementString("system-out", details);
        }

        xml.WriteEndElement();
    }

    // Recorded text may hold what no XML can (control characters, half of a pair).
    private static string Safe(string text)
    {
        string visible = SafeText.Block(text);
        if (visible.All(symbol => XmlConvert.IsXmlChar(symbol)))
            return visible;
        var safe = new StringBuilder(visible.Length);
        foreach (Rune rune in visible.EnumerateRunes())
            safe.Append(rune.Value is 0xFFFE or 0xFFFF ? Rune.ReplacementChar : rune);
        return safe.ToString();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan value) => value.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    private sealed class Utf8Text() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
