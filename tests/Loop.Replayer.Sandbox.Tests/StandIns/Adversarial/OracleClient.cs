using System.Collections.Concurrent;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>
/// Says in a header that the matcher cannot see which recording each of its calls is, and holds the answers against that: each recorded answer says which
/// recording it is of. An answer of another call is wrong, unless the stand-in said that it could not tell; so is an ambiguous call that was not said to be.
/// </summary>
internal sealed class OracleClient(StandInRig rig, bool isHttp2 = false) : IDisposable
{
    /// <summary>Header of requests: the recording that the call is; a name that no recording has when it is none.</summary>
    private const string TrueCall = "x-true-call";

    /// <summary>Header of requests: which sending this is.</summary>
    private const string Sending = "x-sending";

    /// <summary>Header of recorded answers.</summary>
    private const string AnswerOf = "x-answer-of";

    private readonly HttpClient _client = rig.Client();
    private readonly ConcurrentDictionary<string, string?> _heard = new();
    private int _sent;

    /// <summary>A recorded call whose answer says that it is its own.</summary>
    public static RecordedCall Telling(RecordedCall call) => call.Answer is not { } answer
        ? call
        : call with { Answer = answer with { Part = answer.Part with { Headers = [.. answer.Part.Headers, new HeaderField(AnswerOf, call.HopId)] } } };

    /// <summary>A recorded call that nothing but its answer tells from others.</summary>
    public static RecordedCall Recorded(string hop, string callerHop = "web-1", int at = 0, int milliseconds = 5, string request = "POST /stock", string body = "{}", string? answer = null)
    {
        RecordedCall call = StandInRig.Recorded(hop, request, body, 200, Encoding.UTF8.GetBytes(answer ?? hop), callerHop, at);
        return Telling(call with { EndedAt = call.StartedAt.AddMilliseconds(milliseconds) });
    }

    /// <summary>Makes a call; null when its connection ended before an answer came.</summary>
    /// <param name="trueCall">The recording that it is.</param>
    /// <param name="callerHop">The hop that makes it; null passes no trace context on.</param>
    public Task<HttpResponseMessage?> Call(string trueCall, string? callerHop = "web-1", string request = "POST /stock", string body = "{}", CancellationToken? until = null) =>
        Send(trueCall, StandInRig.Request(request.Split(' ')[0], request.Split(' ')[1], callerHop, body, isHttp2), until);

    public async Task<HttpResponseMessage?> Send(string trueCall, HttpRequestMessage request, CancellationToken? until = null)
    {
        string sending = $"{Interlocked.Increment(ref _sent)}";
        _heard[sending] = null;
        request.Headers.Add(TrueCall, trueCall);
        request.Headers.Add(Sending, sending);
        try
        {
            HttpResponseMessage response = await _client.SendAsync(request, until ?? TestContext.Current.CancellationToken);
            _heard[sending] = response.Headers.TryGetValues(AnswerOf, out IEnumerable<string>? names) ? names.Single() : null;
            return response;
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && until?.IsCancellationRequested == true))
        {
            return null;
        }
    }

    /// <summary>Everything that was served, after judging it.</summary>
    /// <param name="ambiguous">Recordings of which nobody could say which is which: each answer with one of them must be marked, and no other.</param>
    public async Task<IReadOnlyList<ServedCall>> NoWrongAnswer(params IReadOnlyCollection<string> ambiguous)
    {
        IReadOnlyList<ServedCall> served = await rig.Served(_sent);
        Assert.Empty(Wrong(served, ambiguous));
        Assert.All(served.Where(call => call.HopId is { } hop && !ambiguous.Contains(hop)), call => Assert.Null(call.Ambiguity));
        return served;
    }

    /// <summary>The wrong answers, in words.</summary>
    public IReadOnlyList<string> Wrong(IEnumerable<ServedCall> served, IReadOnlyCollection<string> ambiguous) =>
        [.. served.Select(call => Wrong(call, ambiguous)).OfType<string>()];

    public void Dispose() => _client.Dispose();

    private string? Wrong(ServedCall call, IReadOnlyCollection<string> ambiguous)
    {
        string trueCall = call.Request.Part.Header(TrueCall)!;
        string? heard = _heard[call.Request.Part.Header(Sending)!];
        if (heard is not null && heard != call.HopId)
            return $"{trueCall} was answered with {heard}, and {call.HopId ?? "a miss"} was told";
        if (call.HopId is null || call.Ambiguity is not null)
            return null;
        if (call.HopId != trueCall)
            return $"{trueCall} was answered with {call.HopId}";
        return ambiguous.Contains(trueCall) ? $"{trueCall} was answered as if nothing else were possible" : null;
    }
}
