using System.Collections.Concurrent;
using System.Net;

namespace Loop.Integration.Tests.Harness;

/// <summary>Small requests, one after the other by a few workers, until stopped. Remembers every status and how long each took.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Workers = 3;
    private const int RequestsMax = 3_000;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(string Outcome, double Milliseconds)> _answers = new();
    private readonly WireClient _client = new();
    private readonly Uri _proxy;
    private readonly TimeSpan _pause;
    private readonly Task _running;
    private int _sent;

    /// <param name="proxy">Where to send.</param>
    /// <param name="pause">How long each worker waits after an answer.</param>
    public SteadyLoad(Uri proxy, TimeSpan pause)
    {
        (_proxy, _pause) = (proxy, pause);
        _running = Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(Work)));
    }

    /// <summary>Answers so far.</summary>
    public int Count => _answers.Count;

    /// <summary>Everything but 200.</summary>
    public IReadOnlyList<string> Failures => [.. _answers.Select(answer => answer.Outcome).Where(outcome => outcome != "OK")];

    /// <summary>Waits for so many further answers, and returns the median of how long they took, in milliseconds.</summary>
    public async Task<double> MedianOfNext(int count, CancellationToken cancellationToken)
    {
        int from = _answers.Count;
        while (_answers.Count < from + count)
        {
            if (_running.IsCompleted)
                throw new InvalidOperationException($"The load ended after its limit of {RequestsMax} requests.");
            await Task.Delay(20, cancellationToken);
        }

        double[] times = [.. _answers.Skip(from).Take(count).Select(answer => answer.Milliseconds).Order()];
        return times[times.Length / 2];
    }

    /// <summary>Ends after the requests under way.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task Work()
    {
        while (!_stop.IsCancellationRequested && Interlocked.Increment(ref _sent) <= RequestsMax)
        {
            long start = TimeProvider.System.GetTimestamp();
            _answers.Enqueue((await Outcome(), TimeProvider.System.GetElapsedTime(start).TotalMilliseconds));
            await Task.Delay(_pause);
        }
    }

    private async Task<string> Outcome()
    {
        try
        {
            HttpStatusCode status = (await _client.Post(_proxy, "orders", "/healthy", TestTrace.New(), "small"u8.ToArray(), "text/plain", CancellationToken.None)).Status;
            return status.ToString();
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    }
}
