using System.Globalization;
using System.Text;
using System.Xml;

namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// XML by structure: order of attributes, prefixes, comments, processing instructions, and white space between elements do not count; elements and text do, in their order.
/// No document type is accepted: nothing is ever fetched or expanded.
/// </summary>
internal static class XmlTree
{
    private const int MaximumCharacters = 32 * 1024 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = MaximumCharacters,
        MaxCharactersFromEntities = 1024,
    };

    public static BodyNode Read(byte[] bytes, NodeBudget budget)
    {
        using MemoryStream stream = new(bytes, writable: false);
        using XmlReader reader = XmlReader.Create(stream, Settings);
        reader.MoveToContent();
        BodyNode root = Element(reader, "/", $"/{reader.LocalName}", "", budget, 0);
        // To the end: what follows the root must be well-formed too.
        while (reader.Read())
        {
        }

        return root;
    }

    private static BodyNode Element(XmlReader reader, string key, string step, string parentNamespace, NodeBudget budget, int depth)
    {
        budget.Spend(depth);
        string name = reader.LocalName;
        string ownNamespace = reader.NamespaceURI;
        bool keepSpace = reader.XmlSpace is XmlSpace.Preserve;
        List<BodyNode> children = ownNamespace == parentNamespace ? [] : [new() { Key = "@xmlns", Step = "/@xmlns", Type = "text", Value = ownNamespace }];
        bool isEmpty = reader.IsEmptyElement;
        children.AddRange(Attributes(reader, budget, depth));
        if (!isEmpty)
            children.AddRange(Numbered(Content(reader, ownNamespace, budget, depth, keepSpace)));
        return new BodyNode { Key = key, Step = step, Type = $"element {name}", Show = () => $"<{name}>", Children = children };
    }

    private static List<BodyNode> Attributes(XmlReader reader, NodeBudget budget, int depth)
    {
        List<BodyNode> attributes = [];
        while (reader.MoveToNextAttribute())
        {
            budget.Spend(depth + 1);
            if (reader.NamespaceURI != "http://www.w3.org/2000/xmlns/")
                attributes.Add(new BodyNode { Key = $"@{{{reader.NamespaceURI}}}{reader.LocalName}", Step = $"/@{reader.LocalName}", Type = "text", Value = reader.Value });
        }

        reader.MoveToElement();
        return attributes;
    }

    // Elements and runs of text, up to the end of the element that the reader is in.
    private static List<BodyNode> Content(XmlReader reader, string ownNamespace, NodeBudget budget, int depth, bool keepSpace)
    {
        List<BodyNode> content = [];
        StringBuilder text = new();
        while (reader.Read() && reader.NodeType is not XmlNodeType.EndElement)
        {
            if (reader.NodeType is not XmlNodeType.Element)
            {
                text.Append(reader.Value);
                continue;
            }

            Flush();
            content.Add(Element(reader, reader.LocalName, $"/{reader.LocalName}", ownNamespace, budget, depth + 1));
        }

        Flush();
        bool onlyLayout = content.Exists(node => !IsText(node)) && content.TrueForAll(node => !IsText(node) || string.IsNullOrWhiteSpace(node.Value));
        return onlyLayout && !keepSpace ? content.FindAll(node => !IsText(node)) : content;

        void Flush()
        {
            if (text.Length == 0)
                return;
            budget.Spend(depth + 1);
            content.Add(new BodyNode { Key = "text()", Step = "/text()", Type = "text", Value = text.ToString() });
            text.Clear();
        }
    }

    private static bool IsText(BodyNode node) => node.Type == "text";

    // Paired by position; named by their number among equal names, from 1 as in XPath.
    private static IEnumerable<BodyNode> Numbered(List<BodyNode> content)
    {
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        foreach ((int index, BodyNode node) in content.Index())
        {
            int number = seen[node.Key] = seen.GetValueOrDefault(node.Key) + 1;
            string step = IsText(node) && number == 1 ? node.Step : string.Create(CultureInfo.InvariantCulture, $"{node.Step}[{number}]");
            yield return node.At(BodyPlace.Item(index), step);
        }
    }
}
