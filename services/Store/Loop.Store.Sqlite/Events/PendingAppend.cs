using Loop.Store.Core.Events;

namespace Loop.Store.Sqlite.Events;

/// <summary>An append that waits for its commit. Its fields are copies: the caller may reuse buffers once it gave up waiting.</summary>
internal sealed record PendingAppend(StreamName Stream, long ExpectedVersion, IReadOnlyList<NewEvent> Events)
{
    /// <summary>Set after the commit that contains it, or with the fault of that commit.</summary>
    public TaskCompletionSource<AppendResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Bytes of its events.</summary>
    public int SizeBytes => Events.Sum(item => item.Data.Length + item.Metadata.Length);
}
