using Loop.Contracts.Conversations;
using Microsoft.Extensions.Options;

namespace Loop.Store.Controls;

/// <summary>
/// What is known of the controls of each route: whether one serves now, whether one is being looked for, and who waits for it. It is what makes a storm of
/// failures of one route ask once. Safe from any thread; nothing here waits.
/// </summary>
public sealed class ControlBook(IOptions<ControlOptions> options, TimeProvider time)
{
    private const int RoutesLimit = 4_096;
    private const int WaitingLimit = 1_000;

    // While there is nothing healthy in the rings, or while it is being collected: not once per failure, and not an hour of nothing either.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byRoute = new(StringComparer.Ordinal);

    /// <summary>A failure of a route wants a control.</summary>
    public ControlAnswer Want(string route, ConversationId failure)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            Entry entry = Of(route, now);
            if (entry.Control is { } control && Serves(entry.KeptAt))
                return new ControlAnswer(control, MustAsk: false);
            if (entry.Waiting.Count < WaitingLimit)
                entry.Waiting.Add(failure);
            TimeSpan pause = AskAgainAfter < options.Value.Period ? AskAgainAfter : options.Value.Period;
            if (entry.AskedAt is { } askedAt && now < askedAt + pause)
                return new ControlAnswer(null, MustAsk: false);
            entry.AskedAt = now;
            return new ControlAnswer(null, MustAsk: true);
        }
    }

    /// <summary>True while a control that was kept then serves its route.</summary>
    public bool Serves(DateTimeOffset keptAt) => time.GetUtcNow() < keptAt + options.Value.Period;

    /// <summary>A control that was kept just now is known to be healthy. Returns the failures that waited for one.</summary>
    public IReadOnlyList<ConversationId> Serve(string route, ConversationId control) => Serve(route, control, time.GetUtcNow());

    /// <summary>The same of one that was kept at a time.</summary>
    public IReadOnlyList<ConversationId> Serve(string route, ConversationId control, DateTimeOffset keptAt)
    {
        lock (_lock)
        {
            Entry entry = Of(route, time.GetUtcNow());
            if (entry.Control is null || keptAt >= entry.KeptAt)
                (entry.Control, entry.KeptAt) = (control, keptAt);
            ConversationId[] waiting = [.. entry.Waiting];
            entry.Waiting.Clear();
            return waiting;
        }
    }

    private Entry Of(string route, DateTimeOffset now)
    {
        if (_byRoute.TryGetValue(route, out Entry? entry))
            return entry;
        if (_byRoute.Count >= RoutesLimit)
            ForgetOldest();
        return _byRoute[route] = new Entry { TouchedAt = now };
    }

    // Half of them, so that it is seldom done. A route that is forgotten is asked for once more, which is all that it costs.
    private void ForgetOldest()
    {
        foreach (string route in _byRoute.OrderBy(pair => pair.Value.AskedAt ?? pair.Value.TouchedAt).Take(RoutesLimit / 2).Select(pair => pair.Key).ToArray())
            _byRoute.Remove(route);
    }

    private sealed class Entry
    {
        public DateTimeOffset TouchedAt { get; init; }

        public DateTimeOffset? AskedAt { get; set; }

        public ConversationId? Control { get; set; }

        public DateTimeOffset KeptAt { get; set; }

        public HashSet<ConversationId> Waiting { get; } = [];
    }
}

/// <summary>What a failure gets.</summary>
/// <param name="Control">The control that serves its route now; null when there is none yet.</param>
/// <param name="MustAsk">True when the nodes are to be asked on its behalf.</param>
public readonly record struct ControlAnswer(ConversationId? Control, bool MustAsk);
