using System.Text;

namespace Loop.Samples.Shop.Traffic;

/// <summary>Sends mostly healthy requests and a few that meet a bug. Like a browser, it knows nothing of traces.</summary>
public sealed class TrafficClient : IDisposable
{
    private const int SurprisesMax = 5;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);
    private readonly HttpClient _client;

    /// <summary>Sends to the shop's entry.</summary>
    /// <param name="entry">Where that is.</param>
    /// <param name="answerLimit">How long it waits for one answer. Default: 20 s.</param>
    public TrafficClient(Uri entry, TimeSpan? answerLimit = null) =>
        _client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false }) { BaseAddress = entry, Timeout = answerLimit ?? AnswerLimit };

    /// <summary>One after the other, in the order of the plan.</summary>
    public async Task<TrafficReport> SendAsync(int count, CancellationToken cancellationToken)
    {
        IReadOnlyList<PlannedRequest> plan = PlannedRequest.Plan(count);
        List<string> surprises = [];
        int failed = 0;
        foreach (PlannedRequest planned in plan)
        {
            string outcome = await SendAsync(planned, cancellationToken);
            bool hasFailed = outcome is not "200";
            failed += hasFailed ? 1 : 0;
            bool asPlanned = planned.Fails ? outcome is "502" : !hasFailed;
            if (!asPlanned && surprises.Count < SurprisesMax)
                surprises.Add($"{planned.Path} {planned.Body}: {outcome}");
        }

        return new TrafficReport(plan.Count, failed, plan.Count(planned => planned.Fails), surprises);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<string> SendAsync(PlannedRequest planned, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(planned.Body is null ? HttpMethod.Get : HttpMethod.Post, planned.Path);
        if (planned.Body is not null)
            request.Content = new StringContent(planned.Body, Encoding.UTF8, "application/json");
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken);
            await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {_client.Timeout.TotalSeconds:0.###} s";
        }
    }
}
