using System.Text;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>Renders a hop for people and scripts.</summary>
internal static class HopViewBuilder
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static HopView Build(HopDraft hop, int number, ServiceNaming naming)
    {
        (string source, string sourceFrom) = ServiceNaming.Source(hop);
        (string destination, string destinationFrom) = naming.Destination(hop);
        Exchange requestView = (hop.Servers.FirstOrDefault(server => server.Exchange.Request is not null) ?? hop.Client ?? hop.LastServer!).Exchange;
        Exchange responseView = (hop.LastServer is { Exchange.Response: not null } server ? server : hop.Client ?? hop.LastServer!).Exchange;
        return new HopView
        {
            Number = number,
            Id = hop.Id,
            ParentId = hop.Parent?.Id,
            Source = source,
            SourceFrom = sourceFrom,
            Destination = destination,
            DestinationFrom = destinationFrom,
            StartedAt = hop.StartedAt,
            DurationMs = hop.Outcome.Duration?.TotalMilliseconds ?? hop.LastServer?.Exchange.Duration?.TotalMilliseconds,
            JoinedBy = hop.JoinedBy,
            ParentCandidates = [.. hop.Candidates.Select(candidate => candidate.Id)],
            Views = [.. hop.Views.Select(view => View(view, Math.Max(hop.Servers.Count, hop.Tries.Count)))],
            Attempts = new[] { 1, hop.Servers.Count, hop.Tries.Count, hop.Client?.Exchange.AttemptCount ?? 1 }.Max(),
            Request = Request(requestView) ?? (hop.Client is null ? null : Request(hop.Client.Exchange)),
            Response = Response(responseView),
            Failure = hop.Failure?.Reason,
            Recovered = hop.Recovered,
            End = hop.Outcome.End,
            BrokenOffBy = hop.Outcome.BrokenOffBy,
            ResponseFlags = [.. hop.Views.SelectMany(view => view.Exchange.ResponseFlags).Distinct()],
            ResponseCodeDetails = responseView.ResponseCodeDetails ?? hop.Outcome.ResponseCodeDetails,
        };
    }

    private static HopExchangeView View(RecordedExchange recorded, int attempts)
    {
        Exchange exchange = recorded.Exchange;
        return new HopExchangeView(
            exchange.Id.ToString(),
            exchange.View,
            exchange.Input,
            exchange.StartedAt,
            exchange.Duration?.TotalMilliseconds,
            exchange.Status(),
            exchange.Service,
            exchange.Instance,
            recorded.Late,
            exchange.View is ExchangeView.Server or ExchangeView.Attempt && attempts > 1 ? exchange.AttemptCount : null,
            FailureRule.Match(exchange)?.Reason);
    }

    private static RequestView? Request(Exchange exchange) => exchange.Request is not { } request ? null : new RequestView
    {
        Method = exchange.Method() ?? "?",
        Path = exchange.Path() ?? "?",
        Authority = exchange.Authority(),
        Headers = Fields(request.Headers),
        Trailers = Fields(request.Trailers),
        BodySizeBytes = request.Body.SizeBytes,
        BodyKeptBytes = request.Body.KeptBytes,
        BodyTruncated = request.Body.Truncated,
        BodySha256 = request.Body.Sha256,
    };

    private static ResponseView? Response(Exchange exchange) => exchange.Response is not { } response ? null : new ResponseView
    {
        Status = exchange.Status(),
        GrpcStatus = exchange.GrpcStatus(),
        Headers = Fields(response.Headers),
        Trailers = Fields(response.Trailers),
        BodySizeBytes = response.Body.SizeBytes,
        BodyKeptBytes = response.Body.KeptBytes,
        BodyTruncated = response.Body.Truncated,
        BodySha256 = response.Body.Sha256,
    };

    private static IReadOnlyList<string[]> Fields(IReadOnlyList<HeaderField> fields) =>
        [.. fields.Where(field => !field.Name.StartsWith(':')).Select(field => new[] { field.Name, Readable(field.Value) })];

    private static string Readable(string latin1)
    {
        if (System.Text.Ascii.IsValid(latin1))
            return latin1;
        try
        {
            return StrictUtf8.GetString(Encoding.Latin1.GetBytes(latin1));
        }
        catch (DecoderFallbackException)
        {
            return latin1;
        }
    }
}
