using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;
using Metadata = Grpc.Core.Metadata;

namespace Loop.Cli.Tests.Proxy;

/// <summary>One ext_proc stream as a collector saw it.</summary>
internal sealed class SideStreamSeen(Metadata metadata)
{
    public Metadata Metadata => metadata;

    public ConcurrentQueue<ProcessingRequest> Messages { get; } = new();

    public bool HasEnded { get; set; }

    public bool WasCut { get; set; }

    public string? Path => Field(":path");

    public bool HasResponseEnd => Messages.Any(message => message.ResponseHeaders?.EndOfStream == true || message.ResponseBody?.EndOfStream == true || message.ResponseTrailers is not null);

    /// <summary>In the notation of the facts about Envoy, body chunks joined: <c>Qh Qb(71) Qb$ Rh Rb(5) Rt</c>.</summary>
    public string Sequence
    {
        get
        {
            List<string> parts = [];
            int joined = 0;
            foreach (ProcessingRequest message in Messages)
            {
                HttpBody? body = message.RequestBody ?? message.ResponseBody;
                string side = message.RequestBody is null ? "Rb" : "Qb";
                if (body is { EndOfStream: false } && parts.Count > 0 && parts[^1].StartsWith(side + "(", StringComparison.Ordinal))
                    parts[^1] = $"{side}({joined += body.Body.Length})";
                else if (body is { EndOfStream: false })
                    parts.Add($"{side}({joined = body.Body.Length})");
                else
                    parts.Add(Name(message));
            }

            return string.Join(' ', parts);
        }
    }

    public byte[] RequestBody => [.. Messages.Where(message => message.RequestBody is not null).SelectMany(message => message.RequestBody.Body)];

    public byte[] ResponseBody => [.. Messages.Where(message => message.ResponseBody is not null).SelectMany(message => message.ResponseBody.Body)];

    public Struct RequestAttributes => Messages.First(message => message.RequestHeaders is not null).Attributes["envoy.filters.http.ext_proc"];

    public Struct ResponseAttributes => Messages.First(message => message.ResponseHeaders is not null).Attributes["envoy.filters.http.ext_proc"];

    public string? Field(string name) => In(Messages.FirstOrDefault(message => message.RequestHeaders is not null)?.RequestHeaders.Headers, name);

    public string? ResponseField(string name) => In(Messages.FirstOrDefault(message => message.ResponseHeaders is not null)?.ResponseHeaders.Headers, name);

    public string? Trailer(string name) => In(Messages.FirstOrDefault(message => message.ResponseTrailers is not null)?.ResponseTrailers.Trailers, name);

    private static string? In(HeaderMap? map, string name) =>
        map?.Headers.FirstOrDefault(header => header.Key == name) is { } found ? Encoding.Latin1.GetString(found.RawValue.Span) : null;

    private static string Name(ProcessingRequest message) => message.RequestCase switch
    {
        ProcessingRequest.RequestOneofCase.RequestHeaders => message.RequestHeaders.EndOfStream ? "Qh$" : "Qh",
        ProcessingRequest.RequestOneofCase.ResponseHeaders => message.ResponseHeaders.EndOfStream ? "Rh$" : "Rh",
        ProcessingRequest.RequestOneofCase.RequestBody => "Qb$",
        ProcessingRequest.RequestOneofCase.ResponseBody => "Rb$",
        ProcessingRequest.RequestOneofCase.ResponseTrailers => "Rt",
        _ => "?",
    };
}
