using System.Globalization;
using System.Text;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>An exchange of a conversation.</summary>
public sealed record RecordedExchange(Exchange Exchange, bool Late);

/// <summary>What was learned while collecting.</summary>
public sealed record CollectionFacts(IReadOnlyList<NodeAnswer> Answers, IReadOnlyList<NodeDidNotAnswer> Silent, int StillOpen);

/// <summary>The hops of a conversation: one root per exchange, nothing joined yet.</summary>
public sealed record ConversationTree(IReadOnlyList<HopView> Hops, string? OriginHopId, bool Recovered, IReadOnlyList<Exchange> Exchanges)
{
    /// <summary>Pure function of what was recorded.</summary>
    public static ConversationTree Build(IReadOnlyList<RecordedExchange> recorded)
    {
        HopView[] hops = [.. recorded.OrderBy(item => item.Exchange.StartedAt).ThenBy(item => item.Exchange.Id).Select(Hop)];
        return new ConversationTree(hops, hops.LastOrDefault(hop => hop.Failure is not null)?.Id, Recovered: false, [.. recorded.Select(item => item.Exchange)]);
    }

    private static HopView Hop(RecordedExchange item, int index)
    {
        Exchange exchange = item.Exchange;
        string text = exchange.Id.ToString();
        return new HopView
        {
            Number = index + 1,
            Id = Loop.Contracts.Base32.Hash12(Encoding.UTF8.GetBytes(text.Length.ToString(CultureInfo.InvariantCulture) + ":" + text)),
            Source = "unknown",
            SourceFrom = "address",
            Destination = exchange.Service ?? exchange.Authority() ?? "unknown",
            DestinationFrom = "authority",
            StartedAt = exchange.StartedAt,
            DurationMs = exchange.Duration?.TotalMilliseconds,
            JoinedBy = "root",
            Views = [new HopExchangeView(text, exchange.View, exchange.Input, exchange.StartedAt, exchange.Duration?.TotalMilliseconds, exchange.Status(), exchange.Service, exchange.Instance, item.Late)],
            Request = exchange.Request is null ? null : new RequestView
            {
                Method = exchange.Method() ?? "",
                Path = exchange.Path() ?? "",
                Authority = exchange.Authority(),
                Headers = Fields(exchange.Request.Headers),
                BodySizeBytes = exchange.Request.Body.SizeBytes,
                BodyKeptBytes = exchange.Request.Body.KeptBytes,
                BodyTruncated = exchange.Request.Body.Truncated,
                BodySha256 = exchange.Request.Body.Sha256,
            },
            Response = exchange.Response is null ? null : new ResponseView
            {
                Status = exchange.Status(),
                GrpcStatus = exchange.GrpcStatus(),
                Headers = Fields(exchange.Response.Headers),
                BodySizeBytes = exchange.Response.Body.SizeBytes,
                BodyKeptBytes = exchange.Response.Body.KeptBytes,
                BodyTruncated = exchange.Response.Body.Truncated,
                BodySha256 = exchange.Response.Body.Sha256,
            },
            Failure = FailureRule.Match(exchange)?.Reason,
            End = exchange.End,
        };
    }

    private static string[][] Fields(IEnumerable<HeaderField> fields) =>
        [.. fields.Where(field => !field.Name.StartsWith(':')).Select(field => new[] { field.Name, field.Value })];
}

/// <summary>Which hops are there, and why others are not.</summary>
public static class Coherence
{
    /// <summary>Pure function of tree and facts.</summary>
    public static CoherenceReport Judge(ConversationTree tree, IReadOnlyList<RecordedExchange> recorded, CollectionFacts facts)
    {
        MissingView[] missing = [.. facts.Silent.Select(silent => new MissingView(null, $"whatever {silent.Node} saw", "node did not answer"))];
        return new CoherenceReport(tree.Hops.Count + missing.Length, tree.Hops.Count, missing, missing.Length == 0);
    }
}
