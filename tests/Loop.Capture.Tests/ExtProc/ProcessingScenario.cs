using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;

namespace Loop.Capture.Tests.ExtProc;

/// <summary>Recorded side streams, and the calls that they must become.</summary>
internal static class ProcessingScenario
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "fixtures", "ext_proc");

    public static IReadOnlyList<byte[]> Messages(string name)
    {
        using FileStream file = File.OpenRead(Path.Combine(Folder, name + ".pb_length_delimited"));
        var input = new CodedInputStream(file);
        var messages = new List<byte[]>();
        while (!input.IsAtEnd)
            messages.Add(input.ReadBytes().ToByteArray());
        return messages;
    }

    public static byte[] Frames(IEnumerable<byte[]> messages) => [.. messages.SelectMany(message => RawGrpcClient.Frame(message))];

    /// <summary>The calls by Google's own parser, up to the end of the response.</summary>
    public static IReadOnlyList<string> ExpectedCalls(IEnumerable<byte[]> messages)
    {
        var calls = new List<string>();
        foreach (ProcessingRequest request in messages.Select(message => ProcessingRequest.Parser.ParseFrom(message)))
        {
            MessageDirection direction = (int)request.RequestCase % 2 == 0 ? MessageDirection.Request : MessageDirection.Response;
            if (request.Attributes.TryGetValue("envoy.filters.http.ext_proc", out var attributes))
                calls.Add(FakeExchange.DescribeAttributes(direction, attributes));
            HttpHeaders? headers = request.RequestHeaders ?? request.ResponseHeaders;
            HttpBody? body = request.RequestBody ?? request.ResponseBody;
            bool ends = headers?.EndOfStream ?? body?.EndOfStream ?? true;
            calls.Add(headers is not null
                ? FakeExchange.DescribeHeaders(direction, headers.Headers ?? new HeaderMap(), ends)
                : body is not null
                    ? FakeExchange.DescribeBody(direction, body.Body.ToByteArray(), ends, truncated: false)
                    : FakeExchange.DescribeTrailers(direction, (request.RequestTrailers ?? request.ResponseTrailers).Trailers));
            if (ends && direction is MessageDirection.Response)
                break;
        }

        return calls;
    }

    public static ProcessingRequest Headers(MessageDirection direction, bool ends, bool observes = true, params (string Name, string Value)[] headers)
    {
        var part = new HttpHeaders { Headers = new HeaderMap(), EndOfStream = ends };
        part.Headers.Headers.AddRange(headers.Select(header => new HeaderValue { Key = header.Name, RawValue = ByteString.CopyFromUtf8(header.Value) }));
        return direction is MessageDirection.Request
            ? new ProcessingRequest { RequestHeaders = part, ObservabilityMode = observes }
            : new ProcessingRequest { ResponseHeaders = part, ObservabilityMode = observes };
    }

    public static ProcessingRequest Body(MessageDirection direction, int size, bool ends, bool observes = true)
    {
        var part = new HttpBody { Body = ByteString.CopyFrom(new byte[size]), EndOfStream = ends };
        return direction is MessageDirection.Request
            ? new ProcessingRequest { RequestBody = part, ObservabilityMode = observes }
            : new ProcessingRequest { ResponseBody = part, ObservabilityMode = observes };
    }
}
