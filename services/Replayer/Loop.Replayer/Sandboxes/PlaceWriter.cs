using System.Globalization;
using System.Net;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Credentials;
using Loop.Replayer.Sandbox.Driver;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>Writes the plan of the place from the sandbox file and from what the recording tells about names and addresses.</summary>
internal static class PlaceWriter
{
    private const int HttpPort = 80;
    private static readonly TimeSpan StopLimit = TimeSpan.FromMilliseconds(200);
    private static readonly string[] SystemFolders = ["/usr/", "/bin/", "/sbin/", "/lib/", "/opt/", "/nix/"];

    /// <summary>The plan; its services have commands and ports, which is checked before.</summary>
    public static SandboxPlan Write(SandboxFile file, IReadOnlyList<SandboxFiles.SandboxService> live, string folder, LivePlan plan, DateTimeOffset recordedStart, TimeSpan readyLimit)
    {
        List<PlannedCall> made = [.. plan.Answered, .. plan.Relayed];
        return new SandboxPlan
        {
            Services = [.. live.Select(service => Service(service, folder, made, plan, [.. Background(file).SelectMany(Loopback)]))],
            RecordedHosts = [.. made.Select(Authority).OfType<string>().Select(HostOf).Concat(Background(file).Select(url => url.Host)).Distinct(StringComparer.OrdinalIgnoreCase)],
            ReadyLimit = readyLimit,
            // Nothing that a service does at its end is evidence; its log is read before.
            StopLimit = StopLimit,
            Dependencies = [.. file.Dependencies.Where(one => live.Any(service => service.Name == one.Service)).Select(one => Dependency(one, folder))],
            Clock = new ClockPlan
            {
                Mode = file.Clock switch { SandboxClock.Real => ClockMode.Real, SandboxClock.Frozen => ClockMode.Frozen, _ => ClockMode.Shifted },
                Start = recordedStart,
                TimeZone = file.TimeZone,
                Locale = file.Locale,
            },
        };
    }

    private static Sandbox.Driver.SandboxService Service(SandboxFiles.SandboxService service, string folder, List<PlannedCall> made, LivePlan plan, IReadOnlyList<IPEndPoint> background)
    {
        string workFolder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(service.WorkFolder, folder));
        return new Sandbox.Driver.SandboxService
        {
            Name = service.Name,
            Command = service.Command!.Words,
            WorkFolder = workFolder,
            Environment = service.Environment,
            Port = service.Port!.Value,
            ReadyPath = service.Health?.Path,
            ReadyStatus = service.Health?.Status,
            ReadyLimit = service.Health is { } health ? TimeSpan.FromSeconds(health.TimeoutSeconds) : null,
            Addresses = [.. Addresses(service, plan)],
            RecordedLoopback = [.. made.Where(call => call.Hop.Source == service.Name).SelectMany(Loopback).Concat(background).Where(address => address.Port != service.Port).Select(address => address.ToString()).Distinct()],
            Folders = [.. Folders(service, folder, workFolder)],
            State = State(service.State, folder) is { } step ? [step] : [],
        };
    }

    private static DependencyPlan Dependency(SandboxDependency dependency, string folder) => new()
    {
        Name = dependency.Name,
        Kind = dependency.Kind is DependencyKind.Redis ? ServerKind.Redis : ServerKind.Postgresql,
        Service = dependency.Service,
        Host = dependency.Host,
        Port = dependency.Port,
        Database = dependency.Database,
        User = dependency.User,
        Seed = dependency.Seed is { } seed ? Seed(seed, folder) : null,
    };

    private static StateStep? State(ServiceState state, string folder) => state switch
    {
        ServiceState.Seeded seeded => Seed(seeded.Seed, folder),
        ServiceState.Snapshot snapshot => new StateCommand(snapshot.Command.Words),
        _ => null,
    };

    private static StateStep Seed(StateSeed seed, string folder) => seed switch
    {
        { Command: { } command } => new StateCommand(command.Words),
        { Kind: SeedKind.Sql, File: { } file } => new StateStatements(File.ReadAllText(Path.GetFullPath(file, folder))),
        { File: { } file } => new StateDump(Path.GetFullPath(file, folder)),
        _ => throw new InvalidOperationException($"A seed of an unknown kind: {seed.Kind}."),
    };

    // Under which names callers knew it. A name without a port was dialled at port 80, or through a proxy, where the authority decides.
    private static IEnumerable<ServiceAddress> Addresses(SandboxFiles.SandboxService service, LivePlan plan) => plan.Relayed
        .Where(call => call.Hop.Destination == service.Name).Select(Authority).OfType<string>()
        .Select(authority => new ServiceAddress(HostOf(authority), PortOf(authority) ?? HttpPort, service.Port!.Value))
        .Where(address => address.Host != service.Name || address.CalledPort != service.Port).Distinct();

    private static IEnumerable<Uri> Background(SandboxFile file) => file.Background.Select(call => new Uri(call.Call.Split(' ')[1])).Concat(KeyAnswers.Urls(file));

    // A key server beside the service has no name of its own.
    private static IEnumerable<IPEndPoint> Loopback(Uri url) => url.IsLoopback ? [new IPEndPoint(IPAddress.Loopback, url.Port)] : [];

    // What a service dialled on loopback: the proxy beside it.
    private static IEnumerable<IPEndPoint> Loopback(PlannedCall call) => call.Views
        .Where(view => view.View is ExchangeView.Client or ExchangeView.Edge)
        .Select(view => IPEndPoint.TryParse(view.Endpoints.DownstreamLocal ?? "", out IPEndPoint? endpoint) && IPAddress.IsLoopback(endpoint.Address) && endpoint.Port > 0 ? endpoint : null)
        .OfType<IPEndPoint>();

    // The file's own folder, since commands and data are named relative to it; the folder of a program that lies elsewhere; a .NET that is not installed for all.
    private static IEnumerable<string> Folders(SandboxFiles.SandboxService service, string folder, string workFolder)
    {
        IEnumerable<string?> candidates =
        [
            Path.TrimEndingDirectorySeparator(folder),
            .. service.Command!.Words.Where(Path.IsPathRooted).Where(word => File.Exists(word)).SelectMany(word => new[] { Path.GetDirectoryName(word), Path.GetDirectoryName(RealPath.Of(word)) }),
            .. service.Command.Words.Where(word => word.Length > 0 && !Path.IsPathRooted(word)).Select(word => Path.GetFullPath(word, workFolder)).Where(File.Exists)
                .SelectMany(path => new[] { Path.GetDirectoryName(path), Path.GetDirectoryName(RealPath.Of(path)) }).OfType<string>()
                // What lies in the work folder is there already, and may be written.
                .Where(path => !(path + "/").StartsWith(workFolder + "/", StringComparison.Ordinal)),
            System.Environment.GetEnvironmentVariable("DOTNET_ROOT"),
        ];
        return candidates.OfType<string>().Select(Path.TrimEndingDirectorySeparator)
            .Where(path => path.Length > 1 && path != workFolder && Directory.Exists(path) && !SystemFolders.Any(system => (path + "/").StartsWith(system, StringComparison.Ordinal)))
            .Distinct();
    }

    private static string? Authority(PlannedCall call) =>
        (call.Views.OrderByDescending(PlannedCall.Closeness).Select(view => view.Authority()).FirstOrDefault(authority => authority is not null) ?? call.Hop.Request?.Authority)?.ToLowerInvariant();

    private static string HostOf(string authority) => PortOf(authority) is null ? authority : authority[..authority.LastIndexOf(':')];

    private static int? PortOf(string authority)
    {
        int colon = authority.LastIndexOf(':');
        return colon > 0 && int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : null;
    }
}
