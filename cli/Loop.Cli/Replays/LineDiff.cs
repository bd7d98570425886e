using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Loop.Cli.Replays;

/// <summary>Lines of two texts as one: <c>' '</c> in both, <c>'-'</c> only in the first, <c>'+'</c> only in the second.</summary>
internal static class LineDiff
{
    public static IEnumerable<(char Mark, string Line)> Of(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        DiffPaneModel model = new InlineDiffBuilder(new Differ()).BuildDiffModel(string.Join('\n', before), string.Join('\n', after), ignoreWhitespace: false);
        return model.Lines.Select(line => (line.Type switch { ChangeType.Inserted => '+', ChangeType.Deleted => '-', _ => ' ' }, line.Text));
    }
}
