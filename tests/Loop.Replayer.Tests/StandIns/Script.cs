using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Tests.StandIns;

/// <summary>Writes recorded and live calls in a line each.</summary>
internal static class Script
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);

    public static RecordedCall Recorded(
        string hop, string answer, string request = "POST payments /charge", string body = """{"amount":12.50}""", string callerHop = "web-1", string caller = "web", int from = 0, int to = 10) => new()
        {
            HopId = hop,
            Label = hop,
            CallerHopId = callerHop,
            Caller = caller,
            Callee = request.Split(' ')[1],
            Request = Request(request, Encoding.UTF8.GetBytes(body), "application/json"),
            StartedAt = Start.AddMilliseconds(from),
            EndedAt = Start.AddMilliseconds(to),
            Answer = new Message(new HttpMessagePart { Headers = [new(":status", "200"), new("content-type", "application/json")], Body = BodyInfo.Empty }, Encoding.UTF8.GetBytes(answer)),
            End = ExchangeEnd.Complete,
        };

    public static LiveCall Live(string request = "POST payments /charge", string body = """{"amount":12.50}""", string? callerHop = "web-1", string caller = "web", params string[] open) =>
        new() { Caller = caller, CallerHopId = callerHop, OpenHops = open, Identity = Identity(request, body) };

    public static CallIdentity Identity(string request, string body, string contentType = "application/json", params HeaderField[] headers) =>
        Reader.Read(Request(request, Encoding.UTF8.GetBytes(body), contentType, headers));

    public static CallReader Reader { get; } = new(["x-tenant"], text => text.Replace("‹own›", "", StringComparison.Ordinal));

    public static StandInScript Of(params IEnumerable<RecordedCall> calls) => new(calls, Reader);

    public static Message Request(string request, byte[] body, string contentType, params HeaderField[] headers)
    {
        string[] words = request.Split(' ');
        HeaderField[] all = [new(":method", words[0]), new(":authority", words[1]), new(":path", words[2]), new("content-type", contentType), .. headers];
        return new Message(new HttpMessagePart { Headers = all, Body = BodyInfo.Empty }, body);
    }

    public static string Answer(CallMatch match) => match is CallMatch.Answered answered ? Encoding.UTF8.GetString(answered.Call.Answer!.Body.Span) : "miss";
}
