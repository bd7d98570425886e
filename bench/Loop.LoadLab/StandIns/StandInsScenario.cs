using System.Globalization;
using System.Text.RegularExpressions;
using Loop.EnvoyConfig.Running;
using Loop.LoadLab.EnvoyLoad;
using Loop.LoadLab.Results;
using Loop.LoadLab.Running;

namespace Loop.LoadLab.StandIns;

/// <summary>How many answers a second the stand-ins of a replay give, against servers that answer everything alike.</summary>
internal sealed class StandInsScenario : IScenario
{
    private static readonly int[] BodySizes = [512, 64 * 1024];
    private static readonly string[] Servers = ["stand-ins", "kestrel", .. Peers.Names];
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    // Each request names another recorded call.
    private const string Script = """
        local count = 0
        local prefix = ""
        function init(arguments) prefix = arguments[1] end
        function request()
          count = count + 1
          return wrk.format("GET", prefix .. count)
        end
        """;

    public string Name => "standins";

    public string Description => "answers/s and p99 of a replay's stand-ins, against a bare Kestrel endpoint, mountebank and WireMock with the same body";

    public async Task<LabResult> Run(LabContext context, CancellationToken cancellationToken)
    {
        await Tools.Ensure(["wrk"], cancellationToken);
        string script = Path.Combine(context.Directory, "numbered.lua");
        await File.WriteAllTextAsync(script, Script, cancellationToken);
        Peers peers = await Peers.Install(Path.Combine(context.Directory, "peers"), cancellationToken);
        List<StandInsRun> runs = [];
        foreach (int bodyBytes in BodySizes)
        {
            for (int round = 1; round <= context.Rounds; round++)
            {
                // Another order each time: what the machine does beside it then hits each of them alike.
                foreach (string server in Servers.Skip(round % Servers.Length).Concat(Servers.Take(round % Servers.Length)))
                    runs.Add(await Measure(server, bodyBytes, round, script, peers, context, cancellationToken));
            }
        }

        return new LabResult(Name, [StandInsTable.Of(runs)], [.. runs]);
    }

    // A process for each run: what a stand-in answered is used up. The first load is for the just-in-time compiler.
    private static async Task<StandInsRun> Measure(string server, int bodyBytes, int round, string script, Peers peers, LabContext context, CancellationToken cancellationToken)
    {
        bool isPinned = Environment.ProcessorCount > 1;
        int? core = isPinned ? 1 : null;
        int port = FreePorts.Take();
        await using LabProcess process = Peers.Names.Contains(server)
            ? await peers.Start(server, port, bodyBytes, context.Directory, core, StartLimit, context.Time, cancellationToken)
            // As the agent is built: it compiles what is called often at once, and does not measure it first.
            : LabProcess.Start("env", ["DOTNET_TieredPGO=0", "DOTNET_TC_CallCountingDelayMs=0", "DOTNET_TC_CallCountThreshold=3E8", LabContext.Self, "answer", server, bodyBytes.ToString(CultureInfo.InvariantCulture)], core);
        if (!Peers.Names.Contains(server))
            port = int.Parse(Regex.Match(await process.ReadyLine(StartLimit, context.Time), @"port=(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
        HttpLoadReport? report = null;
        foreach (string prefix in StandInHost.Prefixes)
        {
            report = await HttpLoad.Numbered(port, context.Seconds, script, prefix, $"traceparent: {StandInHost.TraceParent}", isPinned ? 0 : null, cancellationToken);
            if (report.Failed > 0)
                throw new LabException($"{report.Failed} of {report.Requests} requests to {server} failed: shorten the runs with --seconds, since {StandInHost.Calls} calls are recorded for each.");
        }

        LabContext.Say($"{Shown.Size(bodyBytes)} {server} round {round}: {Shown.Number(report!.RequestsPerSecond)} answers/s, p99 {Shown.Number(report.Percentile99Milliseconds, 2)} ms");
        return new StandInsRun(server, bodyBytes, round, report);
    }
}

/// <summary>One run.</summary>
/// <param name="Server">stand-ins, kestrel, mountebank or wiremock.</param>
/// <param name="BodyBytes">Of the answers.</param>
/// <param name="Round">From 1.</param>
/// <param name="Report">What the load generator saw.</param>
internal sealed record StandInsRun(string Server, int BodyBytes, int Round, HttpLoadReport Report);
