using System.Globalization;
using Loop.Contracts;
using Loop.Contracts.Api;

namespace Loop.Store.Core.ReadModels;

/// <summary>Where a page of a list begins: behind this start and id, newest first. Its text, <c>TICKS-ID</c>, is opaque to callers.</summary>
public readonly record struct ListCursor(long StartedAtTicks, string Id)
{
    /// <summary>Before the newest.</summary>
    public static readonly ListCursor Start = new(long.MaxValue, "");

    /// <summary>Reads the <see cref="Page{T}.Next"/> of a page.</summary>
    /// <exception cref="FormatException">It is no such text.</exception>
    public static ListCursor Parse(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out long ticks) && Base32.IsValid(text.AsSpan(dash + 1))
            ? new ListCursor(ticks, text[(dash + 1)..])
            : throw new FormatException($"'{text}' is no place in a list: give the 'next' of the page before.");
    }

    /// <summary>A page of at most <paramref name="limit"/> rows, out of rows that were asked for with one more.</summary>
    public static Page<ConversationSummary> Cut(IReadOnlyList<ConversationSummary> rows, int limit)
    {
        if (rows.Count <= limit)
            return new Page<ConversationSummary>(rows, null);
        ConversationSummary last = rows[limit - 1];
        return new Page<ConversationSummary>([.. rows.Take(limit)], new ListCursor(last.StartedAt.UtcTicks, last.Id).ToString());
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{StartedAtTicks}-{Id}");
}
