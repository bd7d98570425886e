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
        IReadOnlyList<NewEvent> facts = serialize(Metadata());
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

    private static EventMetadata Metadata() =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } work ? new EventMetadata { Correlation = work.TraceId.ToHexString(), TraceParent = work.Id } : EventMetadata.None;
}
