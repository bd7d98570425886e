using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Loop.EnvoyConfig.Running;
using Loop.LoadLab.Running;

namespace Loop.LoadLab.StandIns;

/// <summary>Servers of others that answer in the place of a service: mountebank on Node, WireMock on Java. Each answers everything with one body, and notes nothing.</summary>
/// <param name="Modules">Where npm put them.</param>
internal sealed record Peers(string Modules)
{
    private const string Mountebank = "mountebank@2.9.1", WireMock = "wiremock@3.13.2";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Their names.</summary>
    public static readonly string[] Names = ["mountebank", "wiremock"];

    /// <summary>Fetches both into a folder.</summary>
    public static async Task<Peers> Install(string directory, CancellationToken cancellationToken)
    {
        await Tools.Ensure(["npm", "node"], cancellationToken);
        await Tools.Ensure(["java"], cancellationToken, package: "default-jre-headless");
        LabContext.Say($"fetching {Mountebank} and {WireMock} from npm …");
        await LabProcess.RunToEnd("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", directory, Mountebank, WireMock], cancellationToken);
        return new Peers(Path.Combine(directory, "node_modules"));
    }

    /// <summary>Starts one; it listens on the port when this returns.</summary>
    public async Task<LabProcess> Start(string name, int port, int bodyBytes, string directory, int? core, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateDirectory(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{name}-{port}"))).FullName;
        string body = Encoding.ASCII.GetString(BareServer.Body(bodyBytes));
        LabProcess process = name is "mountebank" ? await StartMountebank(folder, port, body, core, cancellationToken) : await StartWireMock(folder, port, body, core, cancellationToken);
        long started = time.GetTimestamp();
        while (!await IsListening(port, cancellationToken))
        {
            if (process.HasExited || time.GetElapsedTime(started) > limit)
                throw new LabException($"{name} does not listen on port {port}");
            await Task.Delay(Poll, time, cancellationToken);
        }

        return process;
    }

    private async Task<LabProcess> StartMountebank(string folder, int port, string body, int? core, CancellationToken cancellationToken)
    {
        string config = Path.Combine(folder, "imposters.json");
        object answer = new { @is = new { statusCode = 200, headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" }, body } };
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new { imposters = new[] { new { port, protocol = "http", recordRequests = false, stubs = new[] { new { responses = new[] { answer } } } } } }), cancellationToken);
        string own = FreePorts.Take().ToString(CultureInfo.InvariantCulture);
        return LabProcess.Start("node", [Path.Combine(Modules, "mountebank", "bin", "mb"), "--configfile", config, "--port", own, "--host", "127.0.0.1", "--loglevel", "error", "--nologfile", "--pidfile", Path.Combine(folder, "mb.pid")], core);
    }

    private async Task<LabProcess> StartWireMock(string folder, int port, string body, int? core, CancellationToken cancellationToken)
    {
        string jar = Directory.GetFiles(Path.Combine(Modules, "wiremock", "build"), "*.jar").Single();
        string mappings = Directory.CreateDirectory(Path.Combine(folder, "mappings")).FullName;
        object mapping = new { request = new { urlPattern = "/.*" }, response = new { status = 200, headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" }, body } };
        await File.WriteAllTextAsync(Path.Combine(mappings, "any.json"), JsonSerializer.Serialize(mapping), cancellationToken);
        return LabProcess.Start("java", ["-jar", jar, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind-address", "127.0.0.1", "--root-dir", folder, "--no-request-journal", "--disable-banner"], core);
    }

    private static async Task<bool> IsListening(int port, CancellationToken cancellationToken)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
