namespace Loop.Cli.Terminal;

/// <summary>Columns of text, two blanks apart. A cell may be coloured; in a terminal the widest elastic column gives way until a line fits.</summary>
public sealed class TextTable(params string[] headers)
{
    private const string Gap = "  ";
    private readonly List<Cell[]> _rows = [];

    /// <summary>Columns (by index) that may be cut to fit the terminal.</summary>
    public IReadOnlyList<int> Elastic { get; init; } = [];

    /// <summary>Columns (by index) whose text stands at the right.</summary>
    public IReadOnlyList<int> RightAligned { get; init; } = [];

    /// <summary>Adds a line.</summary>
    public void Add(params Cell[] cells) => _rows.Add(cells);

    /// <summary>Writes the headers and all lines.</summary>
    public void Write(CliContext context)
    {
        int[] widths = Widths(context.IsTerminal ? context.Width : int.MaxValue);
        WriteRow(context, [.. headers.Select(header => new Cell(header, "bold"))], widths);
        foreach (Cell[] row in _rows)
            WriteRow(context, row, widths);
    }

    private int[] Widths(int available)
    {
        const int narrowest = 8;
        int[] widths = [.. headers.Select((header, column) => _rows.Select(row => row[column].Text.Length).Append(header.Length).Max())];
        while (widths.Sum() + (Gap.Length * (widths.Length - 1)) > available)
        {
            int widest = Elastic.Count == 0 ? -1 : Elastic.MaxBy(column => widths[column]);
            if (widest < 0 || widths[widest] <= narrowest)
                break;
            widths[widest]--;
        }

        return widths;
    }

    private void WriteRow(CliContext context, Cell[] row, int[] widths)
    {
        // A last column that is empty or short leaves no blanks behind: diffs and copies stay clean.
        int last = Array.FindLastIndex(row, cell => cell.Text.Length > 0);
        for (int column = 0; column <= last; column++)
        {
            string text = SafeText.Cut(row[column].Text, widths[column]);
            string padding = new(' ', widths[column] - text.Length);
            bool isRight = RightAligned.Contains(column);
            if (isRight)
                context.Console.Put(padding);
            context.Console.Put(text, row[column].Style);
            if (!isRight && column < last)
                context.Console.Put(padding);
            if (column < last)
                context.Console.Put(Gap);
        }

        context.Console.PutLine();
    }
}

/// <summary>A cell: its text (made safe here), and a Spectre style such as <c>red</c>; empty for none.</summary>
public sealed record Cell
{
    /// <summary>Text of one line.</summary>
    public Cell(string? text, string style = "")
    {
        Text = SafeText.Line(text);
        Style = style;
    }

    /// <summary>What is shown.</summary>
    public string Text { get; }

    /// <summary>How.</summary>
    public string Style { get; }

    /// <summary>Plain text.</summary>
    public static implicit operator Cell(string? text) => new(text);

    /// <summary>Plain text.</summary>
    public static Cell ToCell(string? text) => new(text);
}
