using Loop.Contracts.Api;

namespace Loop.Cli.Conversations;

/// <summary>Hops in tree order with the branches to draw before each. A hop whose parent is not listed stands at the root.</summary>
internal static class HopTree
{
    public static IReadOnlyList<(HopView Hop, string Branch)> Draw(IReadOnlyList<HopView> hops)
    {
        HashSet<string> known = [.. hops.Select(hop => hop.Id)];
        ILookup<string, HopView> children = hops.ToLookup(hop => hop.ParentId is { } parent && known.Contains(parent) && parent != hop.Id ? parent : "");
        List<(HopView, string)> lines = [];
        HashSet<string> drawn = [];
        foreach (HopView root in children[""])
            Add(root, "", "");
        // Parents that form a circle have no root: the server is wrong, and the person still sees every hop.
        foreach (HopView rest in hops.Where(hop => !drawn.Contains(hop.Id)))
            Add(rest, "", "");
        return lines;

        void Add(HopView hop, string branch, string below)
        {
            if (!drawn.Add(hop.Id))
                return;
            lines.Add((hop, branch));
            HopView[] calls = [.. children[hop.Id]];
            for (int index = 0; index < calls.Length; index++)
            {
                bool isLast = index == calls.Length - 1;
                Add(calls[index], below + (isLast ? "└─ " : "├─ "), below + (isLast ? "   " : "│  "));
            }
        }
    }
}
