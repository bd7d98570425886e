using System.Globalization;

namespace Loop.LoadLab.Results;

/// <summary>A table of results, as Markdown: what stands on the terminal can stand in the docs.</summary>
/// <param name="Title">What was measured.</param>
/// <param name="Columns">Their names; the first is the row's.</param>
/// <param name="Rows">One text per column.</param>
/// <param name="Notes">What one must know to read it.</param>
internal sealed record LabTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, IReadOnlyList<string> Notes)
{
    public override string ToString()
    {
        int[] widths = [.. Columns.Select((column, index) => Rows.Select(row => row[index].Length).Append(column.Length).Max())];
        string Line(IEnumerable<string> cells) => "| " + string.Join(" | ", cells.Select((cell, index) => index == 0 ? cell.PadRight(widths[index]) : cell.PadLeft(widths[index]))) + " |";
        string rule = "|" + string.Join("|", widths.Select((width, index) => index == 0 ? new string('-', width + 2) : new string('-', width + 1) + ":")) + "|";
        return string.Join('\n', [$"### {Title}", "", Line(Columns), rule, .. Rows.Select(Line), "", .. Notes.Select(note => $"- {note}")]) + "\n";
    }
}

/// <summary>What a scenario found.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Tables">For people.</param>
/// <param name="Measurements">Every single run, for programs.</param>
internal sealed record LabResult(string Scenario, IReadOnlyList<LabTable> Tables, IReadOnlyList<object> Measurements);

/// <summary>Numbers as text.</summary>
internal static class Shown
{
    public static string Number(double value, int digits = 0) => double.IsNaN(value) ? "–" : value.ToString($"N{digits}", CultureInfo.InvariantCulture);

    public static string Percent(double share) => double.IsNaN(share) ? "–" : (share * 100).ToString("N0", CultureInfo.InvariantCulture) + " %";

    public static string Size(long bytes) => bytes < 1024 ? $"{bytes} B" : bytes < 1024 * 1024 ? $"{Number(bytes / 1024.0, bytes % 1024 == 0 ? 0 : 1)} KiB" : $"{Number(bytes / 1048576.0, 1)} MiB";

    /// <summary>Of an odd count the middle one, of an even one the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
