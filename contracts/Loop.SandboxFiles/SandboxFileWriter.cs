using System.Globalization;
using System.Text;
using Loop.Contracts.Api;

namespace Loop.SandboxFiles;

/// <summary>Writes the file that <c>loopctl sandbox init</c> begins with: what a conversation tells, and what a person has to say. Equal conversations give equal text.</summary>
public static class SandboxFileWriter
{
    /// <summary>The file's text; it has no faults, though it may have unknowns.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="proposals">What an earlier replay of it had no answer for; null without one.</param>
    public static string Write(ConversationDetail conversation, BackgroundProposals? proposals = null)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# Sandbox for conversation {YamlWriting.Comment(conversation.Id)}: which services run live, and what they need beside the recording.\n");
        text.Append("# Replace every 'unknown'. Services that are not named here are answered from the recording.\n");
        text.Append("version: 1\nservices:\n");
        foreach (IGrouping<string, HopView> service in conversation.Hops.Where(hop => hop.Destination.Trim().Length > 0).GroupBy(hop => hop.Destination, StringComparer.Ordinal))
            WriteService(text, service.Key, [.. service], conversation.OriginHopId);
        if (conversation.Hops.All(hop => hop.Destination.Trim().Length == 0))
            text.Append("  unknown:                      # no hop of the conversation names its service\n    state: recorded\n");
        ProposalText.Write(text, proposals, conversation.Hops.Select(hop => hop.Destination).ToHashSet(StringComparer.Ordinal));
        CredentialText.Write(text, conversation);
        text.Append("clock: shifted                  # live services see the recorded time; frozen and real are the others\n");
        text.Append("timeZone: UTC                   # as in production\n");
        text.Append("locale: C.UTF-8                 # as in production\n");
        return text.ToString();
    }

    private static void WriteService(StringBuilder text, string name, List<HopView> hops, string? originHopId)
    {
        HopView? origin = hops.FirstOrDefault(hop => hop.Id == originHopId);
        string why = origin is null ? Called(hops) : $"{Call(origin)} failed here by itself: {origin.Failure ?? "unknown"}";
        text.Append(CultureInfo.InvariantCulture, $"  # {YamlWriting.Comment(why)}\n  {YamlWriting.Scalar(name)}:\n");
        // Known by its address alone: no proxy stands beside it, so it is most likely somebody else's.
        if (hops.TrueForAll(hop => hop.DestinationFrom == "authority"))
        {
            text.Append("    state: recorded             # outside the mesh, as far as the recording tells\n");
            return;
        }

        text.Append("    command: unknown            # how it is started, such as [dotnet, bin/service.dll] or a line for sh -c\n");
        text.Append(Port(hops) is { } port
            ? string.Create(CultureInfo.InvariantCulture, $"    port: {port,-5}                 # as its callers dial it; correct it if it listens elsewhere\n")
            : "    port: unknown               # the port that it listens on\n");
        text.Append("    state: unknown              # none, recorded, seed: {sql: FILE}, seed: {command: …}, snapshot: COMMAND or prelude: [CONVERSATION]\n");
    }

    private static string Called(List<HopView> hops) =>
        hops.Count == 1 ? Call(hops[0]) : string.Create(CultureInfo.InvariantCulture, $"{Call(hops[0])} and {hops.Count - 1} more");

    private static string Call(HopView hop) => $"{hop.Request?.Method ?? "?"} {hop.Request?.Path.Split('?')[0] ?? "?"}";

    private static int? Port(List<HopView> hops) => hops.Select(hop => PortOf(hop.Request?.Authority)).FirstOrDefault(port => port is not null);

    private static int? PortOf(string? authority)
    {
        int colon = authority?.LastIndexOf(':') ?? -1;
        return colon >= 0 && int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535 ? port : null;
    }
}
