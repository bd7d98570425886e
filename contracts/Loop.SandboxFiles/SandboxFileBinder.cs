using System.Globalization;
using System.Text.Json.Nodes;
using Loop.SandboxFiles.Format;
using Loop.SandboxFiles.Yaml;

namespace Loop.SandboxFiles;

/// <summary>Makes the model of a document without faults.</summary>
internal static class SandboxFileBinder
{
    private const int DefaultStatus = 200;
    private const int DefaultHealthSeconds = 60;

    public static SandboxFile Bind(YamlMap root) => new()
    {
        Folder = root.Text("folder") ?? ".",
        Services = [.. root.NamedMaps("services").Select(entry => Service(entry.Name, entry.Map))],
        Dependencies = [.. root.NamedMaps("dependencies").Select(entry => Dependency(entry.Name, entry.Map))],
        Background = [.. root.Maps("background").Select(map => new BackgroundCall(map.Text("call")!, map.Text("by"), Answer(map["answer"]), map.Text("from")))],
        Warm = [.. root.Maps("warm").Select(map => new WarmRequest(map.Text("service")!, map.Text("request")!, map.NamedTexts("headers"), map.Text("body")))],
        Credentials = [.. root.NamedMaps("credentials").Select(entry => Credential(entry.Name, entry.Map))],
        Clock = root.Choice<SandboxClock>("clock") ?? SandboxClock.Shifted,
        TimeZone = root.Text("timeZone") ?? "UTC",
        Locale = root.Text("locale") ?? "C.UTF-8",
        Serialise = root.Texts("serialise"),
    };

    private static SandboxService Service(string name, YamlMap map) => new()
    {
        Name = name,
        Command = map["command"] is YamlText { Value: SandboxFormat.Unknown } ? null : Command(map["command"]),
        WorkFolder = map.Text("workFolder") ?? ".",
        Environment = map.NamedTexts("environment"),
        Port = map.Number("port"),
        Health = Health(map["health"]),
        Build = Build(map["build"]),
        State = State(map["state"]),
        Debug = Debug(map["debug"]),
        Descriptors = map.Texts("descriptors"),
    };

    private static SandboxDependency Dependency(string name, YamlMap map) => new(
        name, map.Choice<DependencyKind>("kind")!.Value, map.Text("service")!, map.Text("host"), map.Number("port")!.Value, map.Text("database"), map.Text("user"), Seed(map["seed"]));

    private static SandboxCredential Credential(string name, YamlMap map)
    {
        JwtMint? jwt = map["jwt"] is YamlMap mint ? Mint(mint) : null;
        return new SandboxCredential(name, map.Text("header")!, map.Texts("services"), jwt, map.Text("environment"));
    }

    private static JwtMint Mint(YamlMap map) => new()
    {
        KeySet = map.Text("keySet"),
        Discovery = map.Text("discovery"),
        Algorithm = map.Choice<JwtAlgorithm>("algorithm"),
        Secret = map.Text("secret"),
        LifetimeMinutes = map.Number("lifetimeMinutes"),
        Claims = ((map["claims"] as YamlMap)?.Entries ?? []).ToDictionary(entry => entry.Key.Value, entry => Json(entry.Value).ToJsonString(), StringComparer.Ordinal),
    };

    // A whole number or a truth value without quotes is one in a token, too; a number in another form is what is written.
    private static JsonNode Json(YamlNode node) => node switch
    {
        YamlList list => new JsonArray([.. list.Items.Select(Json)]),
        YamlText { IsToggle: true } text => JsonValue.Create(bool.Parse(text.Value)),
        YamlText { IsPlain: true } text when long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => JsonValue.Create(number),
        _ => JsonValue.Create(((YamlText)node).Value),
    };

    private static StartCommand? Command(YamlNode? node) => node switch
    {
        YamlList list => new StartCommand([.. list.Items.OfType<YamlText>().Select(word => word.Value)]),
        YamlText line => new StartCommand(["sh", "-c", line.Value]),
        _ => null,
    };

    private static HealthCheck? Health(YamlNode? node) => node switch
    {
        YamlText path => new HealthCheck(path.Value, DefaultStatus, DefaultHealthSeconds),
        YamlMap map => new HealthCheck(map.Text("path")!, map.Number("status") ?? DefaultStatus, map.Number("timeoutSeconds") ?? DefaultHealthSeconds),
        _ => null,
    };

    private static BuildSource? Build(YamlNode? node) => node is YamlMap { Entries: [YamlEntry entry] }
        ? new BuildSource(Enum.Parse<BuildKind>(entry.Key.Value, ignoreCase: true), ((YamlText)entry.Value).Value)
        : null;

    private static ServiceState State(YamlNode? node) => node switch
    {
        YamlText { Value: "none" } => new ServiceState.None(),
        YamlText { Value: SandboxFormat.Recorded } => new ServiceState.Recorded(),
        YamlMap map when Seed(map["seed"]) is { } seed => new ServiceState.Seeded(seed),
        YamlMap map when Command(map["snapshot"]) is { } command => new ServiceState.Snapshot(command),
        YamlMap map => new ServiceState.Prelude(map.Texts("prelude")),
        _ => new ServiceState.Unknown(),
    };

    private static StateSeed? Seed(YamlNode? node) => node switch
    {
        YamlMap map when Command(map["command"]) is { } command => new StateSeed(SeedKind.Command, command, null),
        YamlMap map when map.Text("sql") is { } sql => new StateSeed(SeedKind.Sql, null, sql),
        YamlMap map => new StateSeed(SeedKind.Dump, null, map.Text("dump")),
        _ => null,
    };

    private static DebugSetup? Debug(YamlNode? node) => node switch
    {
        YamlText adapter => new DebugSetup(Enum.Parse<DebugAdapter>(adapter.Value, ignoreCase: true), null, Wait: false),
        YamlMap map => new DebugSetup(map.Choice<DebugAdapter>("adapter")!.Value, map.Number("port"), map.Toggle("wait")),
        _ => null,
    };

    private static StubAnswer? Answer(YamlNode? node) => node is YamlMap map
        ? new StubAnswer(map.Number("status") ?? DefaultStatus, map.NamedTexts("headers"), map.Text("body"), map.Text("bodyFile"))
        : null;
}
