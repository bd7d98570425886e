using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Streams;

/// <summary>After how many messages of the answer each message of a driven gRPC request is sent.</summary>
public static class RequestFlow
{
    /// <summary>For each message; empty when all of them may be sent at once: nothing was answered before the last of them, or that is not known.</summary>
    /// <param name="request">The recorded request.</param>
    /// <param name="answer">The recorded answer, as the same proxy saw it; null without one.</param>
    public static IReadOnlyList<int> Of(Message request, Message? answer)
    {
        if (answer is null || !GrpcFrames.AreIn(request.MediaType) || request.Part.Chunks is not { } asked || answer.Part.Chunks is not { } given)
            return [];
        IReadOnlyList<DateTimeOffset> heardAt = MessageTimes.Of(GrpcFrames.Split(answer.Body, out _), given);
        int[] after = [.. MessageTimes.Of(GrpcFrames.Split(request.Body, out _), asked).Select(at => heardAt.Count(heard => heard < at))];
        return after.Any(count => count > 0) ? after : [];
    }
}
