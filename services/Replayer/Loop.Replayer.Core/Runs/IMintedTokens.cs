using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Runs;

/// <summary>Live tokens in the place of redacted ones, made for one replay: one for each, and never one for two.</summary>
public interface IMintedTokens
{
    /// <summary>Where services fetch the keys of these tokens, with what they get.</summary>
    IReadOnlyList<BackgroundStub> KeySets { get; }

    /// <summary>The value of a redacted header as it can be sent.</summary>
    /// <param name="service">Live service that gets it.</param>
    /// <param name="redacted">Header as recorded.</param>
    /// <returns>The value, and what was done, in words; null when nothing was declared for it.</returns>
    MintedValue? Mint(string service, HeaderField redacted);

    /// <summary>The same for a sandbox whose clock shows a later time: other tokens, the same keys.</summary>
    IMintedTokens Later(TimeSpan offset);

    /// <summary>A value that a live service sent or got, with the recorded form of each minted token in it.</summary>
    string Restore(string value);
}

/// <summary>A header's live value.</summary>
/// <param name="Value">As sent.</param>
/// <param name="Note">What was done, in words.</param>
public sealed record MintedValue(string Value, string Note);
