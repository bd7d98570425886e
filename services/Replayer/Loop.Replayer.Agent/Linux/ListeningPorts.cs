using System.Globalization;
using System.Net;

namespace Loop.Replayer.Agent.Linux;

/// <summary>Who listens, read from /proc/PID/net/tcp and tcp6. Never by connecting: that could be the first request, or hit a breakpoint.</summary>
internal static class ListeningPorts
{
    private const string Listening = "0A";

    /// <summary>The TCP endpoints on which somebody listens in the network namespace of a process.</summary>
    public static IReadOnlyList<IPEndPoint> Of(int process) => In($"/proc/{process}/net");

    /// <summary>The same for the namespace of the calling thread.</summary>
    public static IReadOnlyList<IPEndPoint> OfThisThread() => In("/proc/thread-self/net");

    private static IReadOnlyList<IPEndPoint> In(string folder) => [.. Parse(ProcessTable.Read($"{folder}/tcp")), .. Parse(ProcessTable.Read($"{folder}/tcp6"))];

    internal static IEnumerable<IPEndPoint> Parse(string table)
    {
        foreach (string line in table.Split('\n').Skip(1))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [_, var local, _, Listening, ..] || local.IndexOf(':', StringComparison.Ordinal) is not (8 or 32))
                continue;
            string[] parts = local.Split(':');
            // The address is printed as 32-bit numbers in host byte order.
            byte[] address = Convert.FromHexString(parts[0]);
            for (int word = 0; word < address.Length; word += 4)
                Array.Reverse(address, word, 4);
            yield return new IPEndPoint(new IPAddress(address), int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
    }
}
