namespace Loop.SandboxFiles.Format;

/// <summary>The one description of a sandbox file.</summary>
internal static class SandboxFormat
{
    public const string Unknown = "unknown";
    public const string Recorded = "recorded";
    public const int Version = 1;

    private static readonly ChoiceShape UnknownWord = new([Unknown]);
    private static readonly TextShape AnyText = new("text", AllowsNumbers: true);
    private static readonly TextShape PathInFile = new("a path, relative to this file", ".");
    private static readonly TextShape ServiceName = new("the name of a service under services:", ".");
    private static readonly TextShape ConversationId = new("the id of a conversation: 4 to 12 letters and digits", "^[0-9a-z]{4,12}$");
    private static readonly TextShape EnvironmentName = new("the name of an environment variable", "^[A-Za-z_][A-Za-z0-9_]*$");
    private static readonly NumberShape Port = new("a port, 1 to 65535", 1, 65535);
    private static readonly NumberShape Status = new("an HTTP status, 100 to 599", 100, 599);
    private static readonly NamesShape Headers = new("a map of headers", AnyText);
    private static readonly EitherShape Command = new([new TextShape("a command line", "."), new ListShape("a list of words", AnyText, Minimum: 1)]);
    private static readonly EitherShape CommandOrUnknown = new([UnknownWord, .. Command.Alternatives]);

    private static readonly MapShape Seed = new("a map with command, sql or dump",
    [
        new("command", Command, "A command that fills it; it sees the same environment as the service."),
        new("sql", PathInFile, "A file of SQL statements."),
        new("dump", PathInFile, "A dump made by the server's own tool."),
    ], ["command", "sql", "dump"]);

    private static readonly EitherShape State = new(
    [
        new ChoiceShape(["none", Unknown, Recorded]),
        new MapShape("a map with seed, snapshot or prelude",
        [
            new("seed", Seed, "Made from a command or a file before every run."),
            new("snapshot", Command, "A command that restores it before every run."),
            new("prelude", new ListShape("a list of conversation ids", ConversationId, Minimum: 1), "Conversations that are replayed first and not judged."),
        ], ["seed", "snapshot", "prelude"]),
    ]);

    private static readonly EitherShape Health = new(
    [
        new TextShape("a path that begins with /", "^/"),
        new MapShape("a map with path",
        [
            new("path", new TextShape("a path that begins with /", "^/"), "Path of a GET that succeeds when the service is ready.", IsRequired: true),
            new("status", Status, "Expected status; 200 by default."),
            new("timeoutSeconds", new NumberShape("seconds, 1 to 3600", 1, 3600), "Longest wait; 60 by default."),
        ]),
    ]);

    private static readonly EitherShape Debug = new(
    [
        ChoiceShape.Of<DebugAdapter>(),
        new MapShape("a map with adapter",
        [
            new("adapter", ChoiceShape.Of<DebugAdapter>(), "Debug adapter of the service's language.", IsRequired: true),
            new("port", Port, "Port of the adapter in the service's namespace; a free one by default."),
            new("wait", new ToggleShape(), "True: the service starts only after the debugger is there."),
        ]),
    ]);

    private static readonly MapShape Build = new("a map with file, image or git",
    [
        new("file", PathInFile, "The build is the hash of this file."),
        new("image", new TextShape("a digest such as sha256:0123…", "^sha256:[0-9a-f]{64}$"), "The build is this image digest."),
        new("git", new TextShape("a git revision", "^[A-Za-z0-9._/-]+$"), "The build is this git revision."),
    ], ["file", "image", "git"]);

    private static readonly MapShape Service = new("a service",
    [
        new("command", CommandOrUnknown, "How it is started: words, or a line for sh -c.", Unless: new RequiredUnless("state", Recorded)),
        new("workFolder", PathInFile, "Folder in which it starts and the only one that it may write to; the folder of this file by default."),
        new("environment", new NamesShape("a map of environment variables", AnyText), "Environment beside what the sandbox sets itself."),
        new("port", new EitherShape([UnknownWord, Port]), "Port that it listens on.", Unless: new RequiredUnless("state", Recorded)),
        new("health", Health, "Probe beside the listening port."),
        new("build", Build, "What names the build; the hash of the started file by default. A baseline needs another one."),
        new("state", State, "State that HTTP does not show; unknown by default, and then a replay that reaches it is inconclusive."),
        new("debug", Debug, "Debug adapter for loopctl debug."),
        new("descriptors", new ListShape("a list of paths", PathInFile), "Protobuf descriptor sets, so that gRPC messages compare by field."),
    ]);

    private static readonly MapShape Dependency = new("a dependency",
    [
        new("kind", ChoiceShape.Of<DependencyKind>(), "Which server is started.", IsRequired: true),
        new("service", ServiceName, "The live service in whose namespace it runs.", IsRequired: true),
        new("host", new TextShape("a host name or address", "^[A-Za-z0-9._:-]+$"), "Name or address by which the service dials it; 127.0.0.1 by default."),
        new("port", Port, "Its port.", IsRequired: true),
        new("database", new TextShape("a name", "."), "Database to create."),
        new("user", new TextShape("a name", "."), "User to create."),
        new("seed", Seed, "What is in it; nothing by default. Made anew for every run."),
    ]);

    private static readonly MapShape Answer = new("a map with status, headers, body or bodyFile",
    [
        new("status", Status, "200 by default."),
        new("headers", Headers, "Headers."),
        new("body", AnyText, "Body; empty by default."),
        new("bodyFile", PathInFile, "File with the body, in place of body."),
    ]);

    private static readonly MapShape BackgroundCall = new("a background call",
    [
        new("call", new TextShape("a method and a URL", "^[A-Z]+ https?://[^ ]+$"), "The call; its path may end in *.", IsRequired: true),
        new("by", ServiceName, "Service that calls; any by default."),
        new("answer", Answer, "What it gets."),
        new("from", ConversationId, "Kept conversation that holds the answer."),
    ], ["answer", "from"]);

    private static readonly MapShape WarmRequest = new("a warm-up request",
    [
        new("service", ServiceName, "Live service that gets it.", IsRequired: true),
        new("request", new TextShape("a method and a path", "^[A-Z]+ /[^ ]*$"), "The request.", IsRequired: true),
        new("headers", Headers, "Headers."),
        new("body", AnyText, "Body."),
    ]);

    private static readonly TextShape HttpUrl = new("an http or https URL", "^https?://[^ ]+$");
    private static readonly EitherShape Claim = new([AnyText, new ListShape("a list of texts", AnyText)]);

    private static readonly MapShape Credential = new("a credential",
    [
        new("header", new TextShape("the name of a header", "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"), "Header that carries it.", IsRequired: true),
        new("services", new ListShape("a list of services", ServiceName), "Services that get it; all by default."),
        new("jwt", new MapShape("a map with keySet or secret",
        [
            new("keySet", HttpUrl, "URL at which services fetch the key set; answered as background."),
            new("discovery", HttpUrl, "URL of the OpenID discovery document, which names issuer and key set; answered as background."),
            new("algorithm", ChoiceShape.Of<JwtAlgorithm>(), "Signature; the recorded one by default, and RS256 where that is another."),
            new("secret", EnvironmentName, "Variable of the replayer that holds the secret of HS256, in place of keySet."),
            new("lifetimeMinutes", new NumberShape("minutes, 1 to 1440", 1, 1440), "Lifetime from the replay's clock; the recorded one by default."),
            new("claims", new NamesShape("a map of claims", Claim), "Claims beside the recorded ones, or in place of those that redaction hid."),
        ], ["keySet", "secret"]), "A JWT with the recorded claims, signed by a key of the replay."),
        new("environment", EnvironmentName, "Variable of the replayer that holds the secret."),
    ], ["jwt", "environment"]);

    /// <summary>The whole file.</summary>
    public static MapShape Root { get; } = new("a sandbox file",
    [
        new("version", new NumberShape("1, the version of this format", Version, Version), "Version of the format.", IsRequired: true),
        new("folder", PathInFile, "Folder that all other paths of this file are relative to; its own by default."),
        new("services", new NamesShape("a map of services", Service, Minimum: 1), "Services by their recorded names. Those that are not named here are answered from the recording.", IsRequired: true),
        new("dependencies", new NamesShape("a map of dependencies", Dependency), "Real local servers, started in a service's namespace and made anew for every run."),
        new("background", new ListShape("a list of background calls", BackgroundCall), "Calls that belong to no request. They never decide a verdict."),
        new("warm", new ListShape("a list of warm-up requests", WarmRequest), "Requests sent before the entry, to fill caches."),
        new("credentials", new NamesShape("a map of credentials", Credential), "Secrets for the replay: redaction tokens are never sent."),
        new("clock", ChoiceShape.Of<SandboxClock>(), "Which time live services see: shifted (from the recorded time on, the default), frozen, real."),
        new("timeZone", new TextShape("a time zone such as Europe/Berlin", "^[A-Za-z][A-Za-z0-9_+/-]*$"), "Time zone of live services; UTC by default."),
        new("locale", new TextShape("a locale such as de_DE.UTF-8", "^[A-Za-z][A-Za-z0-9_.@-]*$"), "Locale of live services; C.UTF-8 by default."),
        new("serialise", new ListShape("a list of services", ServiceName), "Services that are given one request at a time, where equal calls overlap."),
    ]);
}
