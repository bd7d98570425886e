namespace Loop.Replayer.Core.Links;

/// <summary>A value that was born in one message and used in later ones: a live build makes another one in its stead.</summary>
public sealed record ValueLink
{
    /// <summary>As recorded.</summary>
    public required string Value { get; init; }

    /// <summary>The field name under which alone it is followed; null when the value itself is unmistakable.</summary>
    public string? Scope { get; init; }

    /// <summary>Where it was born: all its places in that one message.</summary>
    public required IReadOnlyList<LinkPlace> Births { get; init; }

    /// <summary>Where it was used afterwards, in order.</summary>
    public required IReadOnlyList<LinkPlace> Uses { get; init; }
}

/// <summary>One place of a value.</summary>
/// <param name="HopId">Hop.</param>
/// <param name="Side">Request or answer.</param>
/// <param name="Place">As divergences name it: <c>body $.id</c>, <c>header location</c>; also <c>path[2]</c>, <c>query.cursor</c>, <c>header set-cookie.sid</c>.</param>
/// <param name="Before">What the field holds before the value.</param>
/// <param name="After">What it holds behind it.</param>
/// <param name="Route">Method and authority of a request; empty for an answer.</param>
public sealed record LinkPlace(string HopId, LinkSide Side, string Place, string Before, string After, string Route);

/// <summary>A value that might be linked, for a person to decide.</summary>
/// <param name="Value">As recorded.</param>
/// <param name="Places">Where it stands.</param>
/// <param name="Why">Why it is not followed by itself.</param>
public sealed record LinkProposal(string Value, IReadOnlyList<LinkPlace> Places, string Why);
