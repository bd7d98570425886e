using System.Runtime.CompilerServices;
using Loop.Store.Core.Events;

namespace Loop.Store.Conformance.Events;

/// <summary>Events in a list, for tests of what stands on the port.</summary>
public sealed class InMemoryEventStore(TimeProvider timeProvider) : IEventStore
{
    private readonly Lock _lock = new();
    private readonly List<StoredEvent> _all = [];
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public Task<AppendResult> Append(StreamName stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfLessThan(expectedVersion, -1);
        ArgumentOutOfRangeException.ThrowIfZero(events.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(events.Count, 500);
        if (events.FirstOrDefault(item => item.Data.Length + item.Metadata.Length > 65_536) is { } large)
            throw new EventTooLargeException(large.Type, large.Data.Length + large.Metadata.Length);
        lock (_lock)
            return Task.FromResult(AppendLocked(stream, expectedVersion, events));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredEvent> ReadStream(StreamName stream, long fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (StoredEvent item in Snapshot(item => item.Stream == stream && item.Version >= fromVersion))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredEvent> ReadAll(long afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (StoredEvent item in Snapshot(item => item.Position > afterPosition))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredEvent> SubscribeAll(long afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = afterPosition;
        while (true)
        {
            Task appended = Volatile.Read(ref _appended).Task;
            await foreach (StoredEvent item in ReadAll(after, cancellationToken))
            {
                after = item.Position;
                yield return item;
            }

            await appended.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task Compact(StreamName stream, CancellationToken cancellationToken) => Task.CompletedTask;

    private StoredEvent[] Snapshot(Func<StoredEvent, bool> isWanted)
    {
        lock (_lock)
            return [.. _all.Where(isWanted)];
    }

    private AppendResult AppendLocked(StreamName stream, long expectedVersion, IReadOnlyList<NewEvent> events)
    {
        StoredEvent[] existing = [.. _all.Where(item => item.Stream == stream)];
        long last = existing.Length - 1;
        if (last == expectedVersion)
        {
            long version = last;
            foreach (NewEvent item in events)
                _all.Add(new StoredEvent(_all.Count + 1, stream, ++version, item.Type, item.Data.ToArray(), item.Metadata.ToArray(), timeProvider.GetUtcNow()));
            Interlocked.Exchange(ref _appended, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            return new AppendResult(AppendOutcome.Appended, version, _all.Count);
        }

        StoredEvent[] same = [.. existing.Skip((int)(expectedVersion + 1)).Take(events.Count)];
        return last > expectedVersion && same.Length == events.Count && same.Zip(events).All(pair => pair.First.Type == pair.Second.Type && pair.First.Data.Span.SequenceEqual(pair.Second.Data.Span))
            ? new AppendResult(AppendOutcome.Appended, same[^1].Version, same[^1].Position)
            : new AppendResult(AppendOutcome.Conflict, last, 0);
    }
}
