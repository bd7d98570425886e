using System.Buffers;
using System.Text;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Wire;

namespace Loop.Capture.Health;

/// <summary>A <c>grpc.health.v1.HealthCheckRequest</c>: field 1, the name of a service, empty for the whole server.</summary>
internal sealed class HealthRequest : IGrpcMessageHandler
{
    private static readonly HashSet<string> Services =
    [
        "",
        "envoy.service.ext_proc.v3.ExternalProcessor",
        "envoy.service.accesslog.v3.AccessLogService",
        "envoy.service.tap.v3.TapSinkService",
        "envoy.service.tap.v3.TapService",
    ];

    /// <summary>What was asked.</summary>
    public HealthRequestOutcome Outcome { get; private set; } = HealthRequestOutcome.Damaged;

    /// <summary>Reads the one message of the request.</summary>
    public static async Task<HealthRequest> Read(GrpcMessageReader reader, CancellationToken aborted)
    {
        var request = new HealthRequest();
        await reader.ReadToEnd(request, aborted);
        return request;
    }

    /// <inheritdoc/>
    public bool OnMessage(in ReadOnlySequence<byte> message)
    {
        string service = "";
        var walker = new ProtobufWalker(message);
        while (walker.Next())
        {
            if (walker.Field == 1)
                service = Encoding.UTF8.GetString(walker.Bytes);
        }

        if (!walker.IsMalformed)
            Outcome = Services.Contains(service) ? HealthRequestOutcome.Known : HealthRequestOutcome.UnknownService;
        return false;
    }

    /// <inheritdoc/>
    public bool OnOversized(long lengthBytes, in ReadOnlySequence<byte> start) => false;
}

/// <summary>What a health request asks for.</summary>
internal enum HealthRequestOutcome
{
    /// <summary>No message, or not of this kind.</summary>
    Damaged,

    /// <summary>A service of this port, or the whole of it.</summary>
    Known,

    /// <summary>A service that is not here.</summary>
    UnknownService,
}
