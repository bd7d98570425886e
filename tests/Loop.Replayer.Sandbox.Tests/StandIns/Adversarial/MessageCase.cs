using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>A recorded call of an awkward kind, and the nearest one that it is not: that one was recorded first and answered otherwise.</summary>
internal sealed record MessageCase
{
    public string Method { get; init; } = "POST";

    public string Target { get; init; } = "/thing";

    public string DecoyTarget { get; init; } = "/thing";

    public HeaderField[] Headers { get; init; } = [];

    public HeaderField[] DecoyHeaders { get; init; } = [];

    public byte[] Body { get; init; } = [];

    public byte[] DecoyBody { get; init; } = [];

    /// <summary>What is sent; null sends what was recorded.</summary>
    public Func<HttpContent?>? Sent { get; init; }

    public bool ExpectsContinue { get; init; }

    public int Status { get; init; } = 200;

    public HeaderField[] AnswerHeaders { get; init; } = [];

    public byte[] AnswerBody { get; init; } = "the answer"u8.ToArray();

    public HeaderField[] AnswerTrailers { get; init; } = [];

    /// <summary>Length that an answer without a body promises.</summary>
    public long? PromisedLength { get; init; }

    public StandInPlan Plan() => StandInRig.Plan(Recorded("decoy", at: 0), Recorded("true", at: 10)) with { DeclaredHeaders = ["x-declared", "accept-language"] };

    public HttpRequestMessage Request(bool isHttp2)
    {
        HttpRequestMessage request = StandInRig.Request(Method, Target, "web-1", isHttp2: isHttp2);
        request.Content = Sent is not null ? Sent() : Body.Length == 0 ? null : new ByteArrayContent(Body);
        request.Headers.ExpectContinue = ExpectsContinue;
        foreach (HeaderField field in Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(field.Name, field.Value))
                Assert.True(request.Content?.Headers.TryAddWithoutValidation(field.Name, field.Value));
        }

        return request;
    }

    private RecordedCall Recorded(string hop, int at)
    {
        bool isDecoy = hop == "decoy";
        RecordedCall call = StandInRig.Recorded(hop, $"{Method} {(isDecoy ? DecoyTarget : Target)}", "", isDecoy ? 200 : Status, isDecoy ? [] : AnswerBody, at: at, headers: isDecoy ? [] : AnswerHeaders, trailers: isDecoy ? [] : AnswerTrailers);
        HeaderField[] headers = [.. call.Request.Part.Headers.Where(field => field.Name.StartsWith(':')), .. isDecoy ? DecoyHeaders : Headers];
        return OracleClient.Telling(call with { Request = new Message(call.Request.Part with { Headers = headers }, isDecoy ? DecoyBody : Body) });
    }
}
