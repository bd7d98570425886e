using Loop.Contracts;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>A hop while the tree is being built: at most one view of the caller, one view of the callee per attempt.</summary>
internal sealed class HopDraft(RecordedExchange? client)
{
    /// <summary>What the caller's proxy (or the edge) saw; null when it was not recorded.</summary>
    public RecordedExchange? Client { get; } = client;

    /// <summary>What the caller's proxy saw of each try, in order of start; empty where it shows only the call as a whole.</summary>
    public List<RecordedExchange> Tries { get; } = [];

    /// <summary>What the callee's proxy saw, one per attempt, in order of start.</summary>
    public List<RecordedExchange> Servers { get; } = [];

    /// <summary>The hop whose service made this call.</summary>
    public HopDraft? Parent { get; set; }

    /// <summary>How the parent is known.</summary>
    public string JoinedBy { get; set; } = "root";

    /// <summary>Hops that a guess chose among.</summary>
    public IReadOnlyList<HopDraft> Candidates { get; set; } = [];

    /// <summary>All views, the caller's first.</summary>
    public IEnumerable<RecordedExchange> Views => Client is null ? Servers : [Client, .. Tries, .. Servers];

    /// <summary>Start of the earliest view.</summary>
    public DateTimeOffset StartedAt => Views.Min(view => view.Exchange.StartedAt);

    /// <summary>The callee's view of the last attempt.</summary>
    public RecordedExchange? LastServer => Servers.Count > 0 ? Servers[^1] : null;

    /// <summary>The view that says how the call ended for the caller.</summary>
    public Exchange Outcome => (Client ?? LastServer!).Exchange;

    /// <summary>The smallest exchange id: what the hop's id derives from.</summary>
    public ExchangeId SmallestId => Views.Min(view => view.Exchange.Id);

    /// <summary>The hop's id.</summary>
    public string Id => Base32.Hash12(System.Text.Encoding.UTF8.GetBytes(SmallestId.ToString()));

    /// <summary>Why the call is a failure for its caller; null when it is none.</summary>
    public FailureReason? Failure => FailureRule.Match(Outcome) ?? LocalFailure();

    /// <summary>True when an attempt failed and the caller never saw it.</summary>
    public bool Recovered => Failure is null && Tries.Concat(Servers).Any(attempt => FailureRule.Match(attempt.Exchange) is not null);

    // A caller that gave up, or whose view we cut, says nothing of the callee: its own view does. A status that was read before our cut stands.
    private FailureReason? LocalFailure()
    {
        if (Client is { Exchange.BrokenOffBy: BrokenOffBy.Client or BrokenOffBy.Capture } && LastServer is { } server && FailureRule.Match(server.Exchange) is { } failure)
            return failure;
        return Outcome.BrokenOffBy is BrokenOffBy.Capture && (Outcome.Status() ?? LastServer?.Exchange.Status()) is >= 500 and var status
            ? new FailureReason(FailureRule.DefaultName, $"status {status}")
            : null;
    }
}
