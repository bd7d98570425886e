using System.CommandLine;
using System.CommandLine.Parsing;
using Loop.Hosting.Access;

namespace Loop.Host.CommandLine;

/// <summary>The options of <c>loopd</c>.</summary>
internal static class LoopdCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "Folder of events, recordings and keys (made with mode 0700).", DefaultValueFactory = _ => "loop-data" };
    private static readonly Option<ListenAddress> Capture = Listen("--capture-listen", "127.0.0.1:5678", "Where Envoys send: ext_proc, taps, access logs (gRPC only).");
    private static readonly Option<ListenAddress> Link = Listen("--link-listen", "127.0.0.1:5679", "Where capture processes on other machines attach (gRPC only).");
    private static readonly Option<ListenAddress> Http = Listen("--http-listen", "127.0.0.1:5680", "REST API, health, metrics.");
    private static readonly Option<string[]> Roles = new("--roles") { Description = $"Services to run: {string.Join(",", LoopdSettings.KnownRoles)} (default: all).", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Config = new("--config") { Description = "YAML file with further settings; an unknown key stops the start." };
    private static readonly Option<string?> Store = new("--store") { Description = "Node-link URL of the store, for a process with the role capture alone (http://host:5679)." };
    private static readonly Option<string?> Node = new("--node") { Description = "Name of this capture node (default: the machine's name)." };

    private static readonly Option<bool> PrintConfig = new("--print-config") { Description = "Print the effective configuration as YAML, secrets redacted, and end." };

    /// <summary>Parses the command line and runs <paramref name="run"/> with it; returns the exit code.</summary>
    public static Task<int> Invoke(string[] arguments, Func<LoopdSettings, CancellationToken, Task<int>> run)
    {
        var command = new RootCommand("Loop's server: captures what crosses the wire, keeps failing conversations, replays them.") { Data, Capture, Link, Http, Roles, Config, Store, Node, PrintConfig };
        command.Validators.Add(CheckRoles);
        command.SetAction((result, cancellationToken) => run(Read(result), cancellationToken));
        ParseResult parsed = command.Parse(arguments);
        // The host handles SIGTERM and SIGINT itself: it drains and exits 0.
        parsed.InvocationConfiguration.ProcessTerminationTimeout = null;
        if (parsed.Errors.Count == 0)
            return parsed.InvokeAsync();
        foreach (ParseError error in parsed.Errors)
            Console.Error.WriteLine($"loopd: {error.Message}");
        Console.Error.WriteLine("loopd: see 'loopd --help'");
        return Task.FromResult(ExitCodes.Usage);
    }

    private static LoopdSettings Read(ParseResult result) => new(
        RoleNames(result.GetValue(Roles)).ToHashSet(StringComparer.Ordinal),
        Path.GetFullPath(result.GetValue(Data)!),
        result.GetValue(Capture)!,
        result.GetValue(Link)!,
        result.GetValue(Http)!,
        result.GetValue(Config),
        result.GetValue(Store),
        result.GetValue(Node))
    {
        IsCaptureListenGiven = result.GetResult(Capture) is { Implicit: false },
        PrintsConfiguration = result.GetValue(PrintConfig),
    };

    private static IReadOnlyList<string> RoleNames(string[]? given) =>
        given is null or [] ? LoopdSettings.KnownRoles : [.. given.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static void CheckRoles(CommandResult result)
    {
        IReadOnlyList<string> roles = RoleNames(result.GetValue(Roles));
        foreach (string role in roles.Where(role => !LoopdSettings.KnownRoles.Contains(role)))
            result.AddError($"--roles: '{role}' is no role of this build; known are {string.Join(", ", LoopdSettings.KnownRoles)}.");
        if (roles.Contains("replayer") && !roles.Contains("store"))
            result.AddError("--roles: 'replayer' needs 'store' in the same process; give --roles store,replayer.");
    }

    private static Option<ListenAddress> Listen(string name, string preset, string description) => new(name)
    {
        Description = $"{description} Default {preset}; port 0 takes a free one.",
        DefaultValueFactory = unused => ListenAddress.TryParse(preset, out ListenAddress? address, out _) ? address : throw new InvalidOperationException(preset),
        CustomParser = result =>
        {
            if (ListenAddress.TryParse(result.Tokens[0].Value, out ListenAddress? address, out string? fault))
                return address;
            result.AddError($"{name}: {fault}.");
            return null;
        },
    };
}
