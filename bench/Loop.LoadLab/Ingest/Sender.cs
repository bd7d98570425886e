using System.Diagnostics;
using Loop.LoadLab.Running;
using Loop.LoadLab.Wire;

namespace Loop.LoadLab.Ingest;

/// <summary>Sends a load for a time, as a process of its own so that its processor time can be told from everybody else's.</summary>
internal static class Sender
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    public static async Task<SenderReport> Run(SenderTask task, TimeProvider time)
    {
        CallTemplate template = IngestLoads.Of(task.Input, task.BodyBytes);
        List<LoadConnection> connections = [.. Enumerable.Range(0, task.Connections).Select(number => new LoadConnection(task.Port, template, task.CallsPerConnection, number))];
        using CancellationTokenSource stop = new();
        List<Task> runs = [.. connections.Select(connection => Task.Factory.StartNew(() => connection.Run(stop.Token), TaskCreationOptions.LongRunning))];
        Task ended = Task.WhenAny(runs);
        await Task.WhenAny(ended, Task.Delay(WarmUp, time, CancellationToken.None));

        // Between two instants of steady state: neither the start nor the last, half-empty moments count.
        Sample before = Sample.Take(task.ServerProcessId, connections);
        await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(task.Seconds), time, CancellationToken.None));
        Sample after = Sample.Take(task.ServerProcessId, connections);
        await stop.CancelAsync();
        await Task.WhenAll(runs);
        var report = new SenderReport(
            after.Exchanges - before.Exchanges,
            template.PayloadBytes,
            Stopwatch.GetElapsedTime(before.Timestamp, after.Timestamp).TotalSeconds,
            after.ServerSeconds - before.ServerSeconds,
            after.OwnSeconds - before.OwnSeconds,
            connections.Sum(connection => connection.Completed),
            connections.Sum(connection => connection.Failed));
        connections.ForEach(connection => connection.Dispose());
        return report;
    }

    private readonly record struct Sample(long Timestamp, long Exchanges, double ServerSeconds, double OwnSeconds)
    {
        public static Sample Take(int server, List<LoadConnection> connections) =>
            new(Stopwatch.GetTimestamp(), connections.Sum(connection => connection.Completed), ProcessorTime.Seconds(server), ProcessorTime.Seconds(Environment.ProcessId));
    }
}

/// <summary>What to send where.</summary>
internal sealed record SenderTask(string Input, int BodyBytes, int Port, int ServerProcessId, int Connections, int CallsPerConnection, double Seconds);

/// <summary>What came of it.</summary>
/// <param name="Exchanges">Taken by the server within the measured time.</param>
/// <param name="PayloadBytes">Bytes of one exchange's messages.</param>
/// <param name="Seconds">The measured time.</param>
/// <param name="ServerSeconds">Processor time of the server within it.</param>
/// <param name="OwnSeconds">Processor time of the sender within it.</param>
/// <param name="Completed">Exchanges taken from the first to the last moment.</param>
/// <param name="Failed">Calls that the server reset.</param>
internal sealed record SenderReport(long Exchanges, int PayloadBytes, double Seconds, double ServerSeconds, double OwnSeconds, long Completed, long Failed);
