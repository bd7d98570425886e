using Loop.Contracts.Redaction;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Links;

/// <summary>
/// The values that one run made anew, bound to those that were recorded in their place. Requests of live services are translated before they are
/// matched, recorded answers before they are played, live values before they are compared. Safe for use from many threads.
/// </summary>
public sealed class LiveBindings
{
    private static readonly HashSet<string> ConditionalHeaders = ["header if-none-match", "header if-match", "header if-range"];
    private readonly Lock _gate = new();
    private readonly List<(string Live, string Recorded)> _tags = [];
    private readonly RecordedLinks _links;
    private readonly BindingTable _table = new();
    private readonly List<string> _contradictions = [];
    private readonly ILookup<(string HopId, LinkSide Side), ValueLink> _births;
    private readonly ILookup<(string HopId, LinkSide Side), (ValueLink Link, LinkPlace Place)> _places;
    private readonly Dictionary<ValueLink, HashSet<string>> _requestPlaces = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ValueLink, HashSet<string>> _anyPlaces = new(ReferenceEqualityComparer.Instance);

    /// <summary>Nothing is bound yet.</summary>
    public LiveBindings(RecordedLinks links)
    {
        _links = links;
        _births = links.Links.ToLookup(link => (link.Births[0].HopId, link.Births[0].Side));
        _places = links.Links.SelectMany(link => link.Births.Concat(link.Uses).Select(place => (link, place))).ToLookup(pair => (pair.place.HopId, pair.place.Side));
        foreach (ValueLink link in links.Links)
        {
            List<LinkPlace> all = [.. link.Births, .. link.Uses];
            _requestPlaces[link] = [.. all.Where(place => place.Side is LinkSide.Request).Select(place => $"{place.Route} {PlacePattern.Of(place.Place)}")];
            _anyPlaces[link] = [.. all.Select(place => PlacePattern.Of(place.Place))];
        }
    }

    /// <summary>Values that did not fit what was bound before, in words: each is a reason to distrust the run.</summary>
    public IReadOnlyList<string> Contradictions
    {
        get
        {
            lock (_gate)
                return [.. _contradictions];
        }
    }

    /// <summary>Binds a link's recorded value to the live one.</summary>
    public BindOutcome Bind(ValueLink link, string live)
    {
        if (!HaveOneForm(link.Value, live))
            return BindOutcome.OtherForm;
        lock (_gate)
        {
            BindOutcome outcome = _table.Bind(link.Scope, link.Value, live);
            if (outcome is BindOutcome.Contradiction)
                _contradictions.Add($"{link.Births[0].Place}: {link.Value} is {live} now, but {Known(link, live)}");
            return outcome;
        }
    }

    /// <summary>Reads a live message in which recorded values were born, and binds those that were made in their place.</summary>
    /// <param name="hopId">The recorded hop that it belongs to.</param>
    /// <param name="side">Request or answer.</param>
    /// <param name="live">The message as the live service sent it.</param>
    public void Observe(string hopId, LinkSide side, Message live)
    {
        foreach ((ValueLink link, string value) in BornIn(hopId, side, live))
            _ = Bind(link, value);
    }

    /// <summary>
    /// A live request as it would be if it were this recorded one: values that are born in it are taken for the recorded ones. When it then matches,
    /// <see cref="Accept"/> binds them.
    /// </summary>
    public LinkSupposition Suppose(string hopId, Message liveRequest)
    {
        List<(ValueLink Link, string Live)> born = [.. BornIn(hopId, LinkSide.Request, Readable(liveRequest)).Where(pair => IsFree(pair.Link, pair.Live))];
        Dictionary<ValueLink, string> supposed = born.ToDictionary(pair => pair.Link, pair => pair.Live, (IEqualityComparer<ValueLink>)ReferenceEqualityComparer.Instance);
        return new LinkSupposition(ToRecorded(liveRequest, supposed), [.. born.Select(pair => new LinkBinding(pair.Link, pair.Live))]);
    }

    /// <summary>Binds what was supposed.</summary>
    public void Accept(LinkSupposition supposition)
    {
        foreach (LinkBinding binding in supposition.Bindings)
            _ = Bind(binding.Link, binding.Live);
    }

    /// <summary>A live request with recorded values in the places where the recording has them; equal values elsewhere stay.</summary>
    public RewrittenMessage ToRecorded(Message liveRequest) => ToRecorded(liveRequest, []);

    /// <summary>A recorded answer with live values in the places where the recording has linked ones; equal values elsewhere stay.</summary>
    public RewrittenMessage ToLive(string hopId, Message recordedAnswer)
    {
        RewrittenMessage rewritten = ToLive(hopId, LinkSide.Answer, recordedAnswer);
        Alias(recordedAnswer, rewritten.Message);
        return rewritten;
    }

    /// <summary>A recorded request that is driven, with what earlier live answers held in its stead.</summary>
    public RewrittenMessage DrivenWithLive(string hopId, Message recordedRequest) => ToLive(hopId, LinkSide.Request, recordedRequest);

    private RewrittenMessage ToLive(string hopId, LinkSide side, Message recorded)
    {
        List<(string Place, string From, string To)> pairs = [.. _places[(hopId, side)]
            .Select(pair => (pair.Place.Place, pair.Link.Value, LiveOf(pair.Link)))
            .Where(pair => pair.Item3 is not null && pair.Item3 != pair.Value)
            .Select(pair => (pair.Place, pair.Value, pair.Item3!))];
        if (pairs.Count == 0)
            return new RewrittenMessage(recorded, []);
        ILookup<string, (string From, string To)> byPlace = pairs.ToLookup(pair => pair.Place, pair => (pair.From, pair.To), StringComparer.Ordinal);
        return MessageRewriter.Rewrite(recorded, place => [.. byPlace[place]]);
    }

    /// <summary>A replayed value with recorded ids put back, for comparison. Short ones only where the recording links them.</summary>
    /// <param name="place">As divergences name it.</param>
    /// <param name="text">The value.</param>
    public string PutBack(string place, string text)
    {
        string plain = place.StartsWith(MessageComparer.RequestPrefix, StringComparison.Ordinal) ? place[MessageComparer.RequestPrefix.Length..] : place;
        string pattern = PlacePattern.Of(plain);
        List<(string From, string To)> pairs = [.. _links.Links
            .Where(link => link.Scope is null || _anyPlaces[link].Contains(pattern))
            .Select(link => (Live: LiveOf(link), link.Value))
            .Where(pair => pair.Live is not null && pair.Live != pair.Value)
            .Select(pair => (pair.Live!, pair.Value))];
        return pairs.Count == 0 ? text : TokenText.Replace(text, pairs);
    }

    private RewrittenMessage ToRecorded(Message request, Dictionary<ValueLink, string> supposed)
    {
        List<(ValueLink Link, string Live)> bound = [.. _links.Links
            .Select(link => (link, Live: supposed.GetValueOrDefault(link) ?? LiveOf(link)))
            .Where(pair => pair.Live is not null && pair.Live != pair.link.Value)
            .Select(pair => (pair.link, pair.Live!))];
        List<(string From, string To)> tags = Aliases();
        if (bound.Count == 0 && tags.Count == 0)
            return new RewrittenMessage(request, []);
        string route = RecordedLinks.RouteOf(request);
        Message readable = Readable(request);
        RewrittenMessage rewritten = MessageRewriter.Rewrite(readable, place =>
        [
            .. bound.Where(pair => _requestPlaces[pair.Link].Contains($"{route} {PlacePattern.Of(place)}")).Select(pair => (pair.Live, pair.Link.Value)),
            .. ConditionalHeaders.Contains(place) ? tags : [],
        ]);
        return ReferenceEquals(readable, request) ? rewritten : rewritten with { Message = rewritten.Message with { Body = request.Body } };
    }

    // A large body is matched byte for byte: values in it are neither looked for nor put back.
    private static Message Readable(Message request) => CallBody.IsLarge(request.Body.Length) ? request with { Body = ReadOnlyMemory<byte>.Empty } : request;

    // A client that was given a new tag sends the new tag back.
    private void Alias(Message recorded, Message live)
    {
        if (recorded.Part.Header("etag") is not { } before || live.Part.Header("etag") is not { } after || before == after)
            return;
        lock (_gate)
            _tags.Add((after.Trim('"'), before.Trim('"')));
    }

    private List<(string From, string To)> Aliases()
    {
        lock (_gate)
            return [.. _tags];
    }

    private IEnumerable<(ValueLink Link, string Live)> BornIn(string hopId, LinkSide side, Message live)
    {
        List<ValueLink> born = [.. _births[(hopId, side)]];
        if (born.Count == 0)
            yield break;
        ILookup<string, string> fields = FieldTexts.Of(live).ToLookup(field => field.Place, field => field.Text, StringComparer.Ordinal);
        foreach (ValueLink link in born)
        {
            List<string> values = [.. link.Births.SelectMany(place => fields[place.Place].Take(1).Select(text => Inner(text, place))).OfType<string>().Distinct(StringComparer.Ordinal)];
            if (values.Count == 1)
                yield return (link, values[0]);
            else if (values.Count > 1)
                Disagree(link, values);
        }
    }

    private void Disagree(ValueLink link, List<string> values)
    {
        string line = $"{string.Join(", ", link.Births.Select(place => place.Place))}: all were {link.Value}, now they are {string.Join(", ", values)}";
        lock (_gate)
        {
            if (!_contradictions.Contains(line))
                _contradictions.Add(line);
        }
    }

    private static string? Inner(string text, LinkPlace place)
    {
        bool fits = text.Length > place.Before.Length + place.After.Length && text.StartsWith(place.Before, StringComparison.Ordinal) && text.EndsWith(place.After, StringComparison.Ordinal);
        return fits ? text[place.Before.Length..^place.After.Length] : null;
    }

    private string? LiveOf(ValueLink link)
    {
        lock (_gate)
            return _table.Live(link.Scope, link.Value);
    }

    private bool IsFree(ValueLink link, string live)
    {
        lock (_gate)
            return HaveOneForm(link.Value, live) && _table.Live(link.Scope, link.Value) is null && _table.Recorded(link.Scope, live) is null;
    }

    private string Known(ValueLink link, string live) => _table.Live(link.Scope, link.Value) is { } other ? $"it was {other} before" : $"{live} stands for {_table.Recorded(link.Scope, live)}";

    // A token says nothing of the form of what it stands for.
    private static bool HaveOneForm(string recorded, string live) => HeaderRedactor.IsToken(recorded) || IdForm.AreAlike(recorded, live);
}

/// <summary>A live request read as a recorded one.</summary>
/// <param name="Request">With recorded values.</param>
/// <param name="Bindings">What has to hold for it.</param>
public sealed record LinkSupposition(RewrittenMessage Request, IReadOnlyList<LinkBinding> Bindings);

/// <summary>A live value in the place of a recorded one.</summary>
/// <param name="Link">The recorded value.</param>
/// <param name="Live">The live one.</param>
public sealed record LinkBinding(ValueLink Link, string Live);
