using System.Diagnostics;
using Loop.Store.Core.Events;

namespace Loop.Store.Recovery;

/// <summary>The one way facts get into the event store: a span, a duration, where they come from, and whether the store can still write.</summary>
public sealed class EventAppender(IEventStore events, StoreReadiness readiness)
{
    /// <summary>Appends what <paramref name="serialize"/> makes; durable when this returns.</summary>
    public async Task<AppendResult> Append(StreamName stream, long version, Func<EventMetadata, IReadOnlyList<NewEvent>> serialize, CancellationToken cancellationToken)
    {
        using Activity? span = StoreActivities.Append(stream);
        IReadOnlyList<NewEvent> facts = serialize(Metadata(span));
        try
        {
            return await readiness.Watch("events", () => events.Append(stream, version, facts, cancellationToken));
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or EventTooLargeException))
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    // Ids of a span that nobody records lead nowhere.
    private static EventMetadata Metadata(Activity? span) =>
        span is { IdFormat: ActivityIdFormat.W3C, Recorded: true } work ? new EventMetadata { Correlation = work.TraceId.ToHexString(), TraceParent = work.Id } : EventMetadata.None;
}
