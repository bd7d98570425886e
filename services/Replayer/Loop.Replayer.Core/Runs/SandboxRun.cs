using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;

namespace Loop.Replayer.Core.Runs;

/// <summary>One run with everything that its comparison needs.</summary>
public sealed record SandboxRun
{
    /// <summary>What was chosen.</summary>
    public required SandboxChoice Choice { get; init; }

    /// <summary>Which hops were live.</summary>
    public required LivePlan Live { get; init; }

    /// <summary>What was sent and played.</summary>
    public required RunScript Script { get; init; }

    /// <summary>What was seen, redacted like the recording.</summary>
    public required RunRecord Record { get; init; }

    /// <summary>A recorded message with its body; null when it was not recorded or its body is gone.</summary>
    public required Func<HttpMessagePart?, Message?> Recorded { get; init; }

    /// <summary>In what the two runs may differ.</summary>
    public required ComparisonRules Rules { get; init; }

    /// <summary>Protobuf types of a method by its path, <c>/shop.Orders/Get</c>; null for one that is not known.</summary>
    public Func<string?, MethodShapes?> Shapes { get; init; } = static _ => null;

    /// <summary>Live services whose state nobody declared.</summary>
    public IReadOnlySet<string> UndeclaredState { get; init; } = new HashSet<string>();

    /// <summary>A recorded request as closely as it was seen; null when it was not.</summary>
    public Message? RecordedRequest(PlannedCall call) => Recorded(call.Views.OrderByDescending(PlannedCall.Closeness).FirstOrDefault(view => view.Request is not null)?.Request);

    /// <summary>Protobuf types of a call; null when they are not known.</summary>
    internal MethodShapes? ShapesOf(PlannedCall call) => Shapes(call.Hop.Request?.Path);

    /// <summary>Recorded live hops by their id.</summary>
    public PlannedCall? LiveHop(string? id) => Live.Drives.Concat(Live.Relayed).FirstOrDefault(call => call.Hop.Id == id);
}
