using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Loop.Samples.Demo.Processes;

namespace Loop.TruthBench.Stack;

/// <summary>A Redis of this run's own. Rows come as lines of words, a command each.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly ChildProcess _process;
    private readonly int _port;
    private readonly string _folder;

    private RedisServer(ChildProcess process, int port, string folder) => (_process, _port, _folder) = (process, port, folder);

    public string Address => $"127.0.0.1:{_port}";

    public static async Task<RedisServer> Start(int port, string logs, TimeProvider time, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("loop-truth-redis-").FullName;
        string[] words = ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
        ChildProcess process = ChildProcess.Start("redis", "redis-server", words, logs, time);
        await process.WaitForPortAsync(port, StartLimit, cancellationToken);
        return new RedisServer(process, port, folder);
    }

    /// <summary>Fills it.</summary>
    public async Task Seed(string file, CancellationToken cancellationToken)
    {
        foreach (string line in await File.ReadAllLinesAsync(file, cancellationToken))
        {
            if (line.Length > 0)
                await Send(line.Split('\t'), cancellationToken);
        }
    }

    /// <summary>Writes what is in it, as the server's own dump, and empties it.</summary>
    public async Task Dump(string file, CancellationToken cancellationToken)
    {
        await Send(["SAVE"], cancellationToken);
        File.Copy(Path.Combine(_folder, "dump.rdb"), file);
        await Send(["FLUSHALL"], cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Send(string[] words, CancellationToken cancellationToken)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", _port, cancellationToken);
        NetworkStream stream = client.GetStream();
        string command = $"*{words.Length}\r\n" + string.Concat(words.Select(word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"));
        await stream.WriteAsync(Encoding.UTF8.GetBytes(command), cancellationToken);
        using StreamReader answers = new(stream);
        string answer = await answers.ReadLineAsync(cancellationToken) ?? "";
        if (answer.StartsWith('-'))
            throw new BenchException($"redis refuses '{string.Join(' ', words)}': {answer}");
    }
}
