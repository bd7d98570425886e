using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Replayer.Engine;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>Writes down what may explain another outcome, the build aside: two replays whose texts differ prove nothing about each other.</summary>
internal static class ConditionTexts
{
    // No service can have this name.
    private const string WholeFile = "(sandbox)";

    /// <summary>The conditions of a replay.</summary>
    public static SandboxConditions Of(SandboxJob job) => Of(job.File, job.LiveServices, job.Folder, job.Choice.Judged?.Hop.Id ?? "", job.Asserted, job.Headers, job.Request.Before);

    /// <summary>The conditions of these parts of a replay.</summary>
    public static SandboxConditions Of(SandboxFile file, IReadOnlyList<SandboxService> live, string folder, string judgedHopId, string asserted, IReadOnlyDictionary<string, string> supplied, IReadOnlyList<string> before)
    {
        Dictionary<string, string> states = live.ToDictionary(service => service.Name, service => $"{State(service.State, folder)}; {Environment(service)}{Descriptors(service, folder)}");
        string dependencies = Hash(string.Join('\n', file.Dependencies.Select(one => $"{one with { Seed = null }} {(one.Seed is { } seed ? Seed(seed, folder) : "")}")));
        // A credential is new for every replay.
        string calls = Hash(JsonSerializer.Serialize(new { Background = file.Background.Select(call => Written(call, folder)), file.Warm, file.Credentials, file.Serialise, supplied = supplied.Where(pair => !file.Credentials.Any(credential => credential.Header.Equals(pair.Key, StringComparison.OrdinalIgnoreCase))).OrderBy(pair => pair.Key, StringComparer.Ordinal) }, LoopJson.Options));
        states[WholeFile] = $"dependencies {dependencies}; calls {calls}{(before.Count == 0 ? "" : $"; after {string.Join(' ', before)}")}";
        return new SandboxConditions(judgedHopId, states, $"{file.Clock} {file.TimeZone} {file.Locale}".ToLowerInvariant(), Mask: "", asserted);
    }

    // What a written body says counts, not where it lies.
    private static BackgroundCall Written(BackgroundCall call, string folder) =>
        call.Answer is { BodyFile: { } path } answer ? call with { Answer = answer with { BodyFile = ContentHash(Path.GetFullPath(path, folder)) } } : call;

    private static string State(ServiceState state, string folder) => state switch
    {
        ServiceState.None => "none",
        ServiceState.Seeded seeded => $"seed {Seed(seeded.Seed, folder)}",
        ServiceState.Snapshot snapshot => $"snapshot {string.Join(' ', snapshot.Command.Words)}",
        ServiceState.Prelude prelude => $"prelude {string.Join(' ', prelude.ConversationIds)}",
        _ => "unknown",
    };

    private static string Seed(StateSeed seed, string folder)
    {
        if (seed.Command is { } command)
            return $"command {string.Join(' ', command.Words)}";
        string path = Path.GetFullPath(seed.File!, folder);
        return $"{seed.Kind} {ContentHash(path)}";
    }

    private static string ContentHash(string path) => File.Exists(path) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))[..16] : "missing";

    // Messages compare by other places with them than without.
    private static string Descriptors(SandboxService service, string folder) =>
        service.Descriptors.Count == 0 ? "" : $"; descriptors {string.Join(' ', service.Descriptors.Select(path => ContentHash(Path.GetFullPath(path, folder))))}";

    private static string Environment(SandboxService service) => "environment " + Hash(string.Join('\n', service.Environment
        .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key.Length}:{pair.Key}={pair.Value}")));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
