using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>A service: <c>GET /fetch/URL</c> calls the URL and answers with what came; everything else answers with the service's host name.</summary>
internal static class WebService
{
    public static async Task<int> Run(int port)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10) });
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        Console.WriteLine($"listening on {port}");
        while (true)
            _ = Serve(await listener.AcceptAsync(), client);
    }

    /// <summary>Runs and listens nowhere.</summary>
    public static async Task<int> Wait()
    {
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    /// <summary>Takes note of SIGTERM and does not end.</summary>
    public static async Task<int> Stubborn(int port)
    {
        using PosixSignalRegistration registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context => context.Cancel = true);
        return await Run(port);
    }

    /// <summary>Starts a child in a session of its own, then serves.</summary>
    public static async Task<int> WithChildren(int port)
    {
        using Process child = Process.Start("setsid", ["--fork", "sleep", "600"]);
        await child.WaitForExitAsync();
        return await Run(port);
    }

    /// <summary>Leaves the work to a child and ends, as daemons do.</summary>
    public static int Background(string port)
    {
        using Process child = Process.Start(Environment.ProcessPath!, ["web", port]);
        return 0;
    }

    private static async Task Serve(Socket client, HttpClient http)
    {
        using Socket owned = client;
        string head = await HttpText.ReadHead(client, CancellationToken.None);
        string path = head.Split(' ') is [_, var target, ..] ? target : "/";
        int status = path.Split('/') is [_, "status", var code] ? int.Parse(code) : 200;
        string answer = path.Split('/', 4) switch
        {
            [_, "fetch", ..] => await Fetch(path[7..], http),
            [_, "door", var door, var argument] => Doors.Try(door, Uri.UnescapeDataString(argument)),
            [_, "processes"] => string.Join(' ', Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out int _))),
            [_, "call"] => await Fetch($"http://{Environment.GetEnvironmentVariable("CALL")}/", http),
            [_, "clock", var question] => await ClockAnswers.To(question),
            [_, "sql", var connection, var query] => await Servers.Sql(Uri.UnescapeDataString(connection), Uri.UnescapeDataString(query)),
            [_, "redis", var address, var command] => await Servers.Redis(Uri.UnescapeDataString(address), Uri.UnescapeDataString(command)),
            [_, "run", var command] => await Output(Uri.UnescapeDataString(command)),
            [_, "exit", var exitCode] => Exit(int.Parse(exitCode)),
            [_, "allocate", var megabytes] => Allocate(int.Parse(megabytes)),
            [_, "file", var file] => await File.ReadAllTextAsync(Uri.UnescapeDataString(file)),
            _ => "I am " + Environment.MachineName,
        };
        await client.SendAsync(HttpText.Answer(status, answer));
    }

    // Memory counts when it is written to, not when it is asked for; outside the managed heap, which knows its limit.
    private static unsafe string Allocate(int megabytes)
    {
        nuint bytes = (nuint)megabytes << 20;
        byte* memory = (byte*)NativeMemory.Alloc(bytes);
        NativeMemory.Fill(memory, bytes, 1);
        NativeMemory.Free(memory);
        return "allocated";
    }

    private static async Task<string> Output(string command)
    {
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec 2>&1; " + command]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return $"{output.Trim()} ({process.ExitCode})";
    }

    private static string Exit(int code)
    {
        Environment.Exit(code);
        return "";
    }

    private static async Task<string> Fetch(string url, HttpClient client)
    {
        try
        {
            return await client.GetStringAsync(new Uri(url));
        }
        catch (HttpRequestException error)
        {
            return $"failed: {error.HttpRequestError} {(error.InnerException as SocketException)?.SocketErrorCode}";
        }
    }
}
