using System.Globalization;
using System.Text;

namespace Loop.TruthBench.Matrix;

/// <summary>A matrix as Markdown: what stands on the terminal can stand in the docs.</summary>
internal static class MatrixText
{
    private static readonly string[] Columns = ["language", "arm", "reproduced", "fixed", "diverged", "inconclusive", "none", "right"];

    public static string Of(TruthMatrix matrix)
    {
        List<string[]> lines = [Columns, .. matrix.Rows.Select(Cells)];
        int[] widths = [.. Columns.Select((_, index) => lines.Max(line => line[index].Length))];
        StringBuilder text = new();
        text.AppendLine(Line(lines[0], widths));
        text.AppendLine("|" + string.Join("|", widths.Select((width, index) => index < 2 ? new string('-', width + 2) : new string('-', width + 1) + ":")) + "|");
        foreach (string[] line in lines.Skip(1))
            text.AppendLine(Line(line, widths));
        return text.ToString();
    }

    /// <summary>The shares, with 95 % bounds; those of a careless rule beside them.</summary>
    public static string Shares(TruthMatrix matrix, TruthMatrix lying, Count wrongAnswers)
    {
        StringBuilder text = new();
        text.AppendLine("| share (95 % bounds) | Loop | careless rule |");
        text.AppendLine("|---|---:|---:|");
        text.AppendLine(CultureInfo.InvariantCulture, $"| reproduced ÷ buggy | {matrix.Reproduced} | {lying.Reproduced} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| fixed ÷ fixed | {matrix.Fixed} | {lying.Fixed} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| false reproduced ÷ negatives | {matrix.FalseReproduced} | {lying.FalseReproduced} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| false fixed ÷ not fixed | {matrix.FalseFixed} | {lying.FalseFixed} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| verdicts against the label ÷ all | {matrix.Wrong} | {lying.Wrong} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| wrong answers of stand-ins ÷ answers | {wrongAnswers} | – |");
        return text.ToString();
    }

    private static string[] Cells(MatrixRow row) =>
    [
        row.Language, row.Arm, Number(row.Reproduced), Number(row.Fixed), Number(row.Diverged), Number(row.Inconclusive), Number(row.None), $"{Number(row.Right)}/{Number(row.Replays)}",
    ];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Line(string[] cells, int[] widths) =>
        "| " + string.Join(" | ", cells.Select((cell, index) => index < 2 ? cell.PadRight(widths[index]) : cell.PadLeft(widths[index]))) + " |";
}
