using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Credentials;
using Loop.Replayer.Engine;
using Loop.Replayer.Ports;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>Reads what a person chose for a replay in a sandbox, against the file and the recording.</summary>
internal static class SandboxChoices
{
    /// <summary>The choice, or why it is refused.</summary>
    public static async Task<(SandboxChoice? Choice, ReplayRefusal? Refusal)> Choose(SandboxReplay asked, SandboxFile file, ReplayPlan plan, IRecordings recordings)
    {
        string[] known = [.. file.Services.Select(service => service.Name)];
        if (asked.Live.Concat(asked.Recorded).FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            return Refused($"'{unknown}' is no service of the sandbox file; it has {string.Join(", ", known)}.", "Name one of these, or add the service to the file.");
        List<SandboxService> live = [.. file.Services.Where(service => service.IsLive && (asked.Live.Count == 0 || asked.Live.Contains(service.Name)) && !asked.Recorded.Contains(service.Name))];
        string[] open = [.. live.SelectMany(service => new[] { service.Command is null ? $"services.{service.Name}.command" : null, service.Port is null ? $"services.{service.Name}.port" : null }).OfType<string>()];
        if (open.Length > 0)
            return Refused($"{string.Join(", ", open)}: unknown.", "Replace every 'unknown' command and port in the sandbox file, or answer the service from the recording: state: recorded.");
        if (CredentialRules.Fault(file) is ({ } detail, { } remedy))
            return Refused(detail, remedy);
        string folder = file.FolderOf(asked.File);
        string[] absent = [.. NamedFiles(file, live).Select(path => Path.GetFullPath(path, folder)).Where(path => !File.Exists(path)).Distinct()];
        if (absent.Length > 0)
            return Refused($"{string.Join(", ", absent)}: no such file.", "Correct the path in the sandbox file; paths are relative to it.");
        PlannedCall? named = asked.Judge is { } judge ? SandboxChoice.Find(plan, judge) : null;
        if (asked.Judge is not null && named is null)
            return Refused($"'{asked.Judge}' names no hop, or more than one; there are {Hops(plan)}.", "Name a hop by its number: --judge 3.");
        AssertionTarget? assertion = null;
        // What was asserted when the conversation was kept holds until somebody says otherwise.
        AssertionView? kept = asked is { Wrong: null, Judge: null } && plan.Conversation.Assertions is [.., AssertionView last] ? last : null;
        if ((asked.Wrong ?? kept?.Wrong) is { } wrong)
        {
            PlannedCall? hop = SandboxChoice.Find(plan, wrong.Trim().Split(' ')[0]);
            if (hop is null)
                return Refused($"'{wrong}' begins with no hop; there are {Hops(plan)}.", "Write HOP response $.path, with the number of a hop.");
            AssertionResult result = AssertionTarget.Parse(wrong, asked.Expect ?? kept?.Expect, await Recorded(hop, plan, recordings));
            if (result.Target is null)
                return Refused($"{result.Refusal}.", "Write HOP response $.path, as loopctl show prints the answer.");
            assertion = result.Target;
            named = hop;
        }

        return (new SandboxChoice { Plan = plan, LiveServices = live.Select(service => service.Name).ToHashSet(), Named = named, Assertion = assertion, PlaysTimeouts = true }, null);
    }

    private static IEnumerable<string> NamedFiles(SandboxFile file, List<SandboxService> live) =>
        live.Select(service => service.State).OfType<ServiceState.Seeded>().Select(state => state.Seed.File)
            .Concat(file.Dependencies.Where(dependency => live.Exists(service => service.Name == dependency.Service)).Select(dependency => dependency.Seed?.File))
            .Concat(file.Background.Select(call => call.Answer?.BodyFile))
            .Concat(live.SelectMany(service => service.Descriptors))
            .Concat(live.Select(service => service.Build is { Kind: BuildKind.File } build ? build.Value : null)).OfType<string>();

    /// <summary>The protobuf types that live services' descriptor sets give, or why one cannot be read.</summary>
    public static (DescriptorSet? Types, ReplayRefusal? Refusal) Descriptors(IEnumerable<SandboxService> live, string folder)
    {
        string[] paths = [.. live.SelectMany(service => service.Descriptors).Select(path => Path.GetFullPath(path, folder)).Distinct()];
        DescriptorSetResult result = DescriptorSet.Read(paths.Select(path => new ReadOnlyMemory<byte>(File.ReadAllBytes(path))));
        return result.Set is { } types
            ? (types, null)
            : (null, ReplayRefusal.SandboxChoice($"{string.Join(", ", paths)}: {result.Refusal}.", "Write it anew: protoc --include_imports --descriptor_set_out=FILE NAME.proto."));
    }

    private static (SandboxChoice?, ReplayRefusal) Refused(string detail, string remedy) => (null, ReplayRefusal.SandboxChoice(detail, remedy));

    private static string Hops(ReplayPlan plan) => string.Join(", ", plan.Calls.Prepend(plan.Entry).Take(20).Select(call => $"{call.Hop.Number} ({PlannedCalls.Label(call.Hop)})"));

    private static async Task<Message?> Recorded(PlannedCall hop, ReplayPlan plan, IRecordings recordings)
    {
        if (hop.Answer?.Response is not { } part)
            return null;
        byte[]? body = part.Body.Sha256 is { } sha256 ? await recordings.Body(plan.Conversation.Id, sha256) : [];
        return body is null ? null : new Message(part, body);
    }
}
