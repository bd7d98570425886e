using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.SandboxFiles;

namespace Loop.Replayer.Credentials;

/// <summary>
/// Mints the tokens of one replay, as the sandbox file declares them. Each recorded token has one live token, made at its first use and the same in every run;
/// two recorded tokens never share one. Not safe for use from many threads.
/// </summary>
internal sealed class TokenMint : IMintedTokens, IDisposable
{
    private readonly Dictionary<(SandboxCredential Rule, string Recorded), string?> _live = [];
    private readonly Dictionary<string, string> _recorded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PublishedKeys> _keys = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<(SandboxCredential Rule, TokenWriter Writer)> _writers;

    private TokenMint(SandboxFile file, IReadOnlyList<HeaderField> recorded, TokenTimes times, string replayId)
    {
        List<(SandboxCredential Rule, TokenWriter Writer)> writers = [];
        List<BackgroundStub> stubs = [];
        foreach (SandboxCredential rule in file.Credentials.Where(credential => credential.Jwt is not null))
        {
            if (rule.Jwt!.KeySet is not { } keySet)
            {
                writers.Add((rule, new TokenWriter(rule.Jwt, new SharedSecret(Environment.GetEnvironmentVariable(rule.Jwt.Secret!)!), times)));
                continue;
            }

            if (!_keys.TryGetValue(keySet, out PublishedKeys? keys))
                _keys[keySet] = keys = new PublishedKeys($"loop-{replayId}");
            writers.Add((rule, new TokenWriter(rule.Jwt, keys, times)));
            stubs.AddRange(KeyAnswers.Of(rule.Jwt, keys, Issuer(rule, recorded)));
        }

        _writers = writers;
        KeySets = stubs;
    }

    // The keys stay the property of the other one.
    private TokenMint(TokenMint other, TimeSpan offset)
    {
        _writers = [.. other._writers.Select(one => (one.Rule, one.Writer.Later(offset)))];
        KeySets = other.KeySets;
    }

    /// <inheritdoc/>
    public IReadOnlyList<BackgroundStub> KeySets { get; }

    /// <summary>A mint with fresh keys; null when the file declares no JWT.</summary>
    /// <param name="file">The sandbox file, whose secrets were found to be there.</param>
    /// <param name="exchanges">The recording, which names the issuer.</param>
    /// <param name="times">How recorded times become those of the sandbox.</param>
    /// <param name="replayId">Names the keys.</param>
    public static TokenMint? Of(SandboxFile file, IReadOnlyList<Exchange> exchanges, TokenTimes times, string replayId) =>
        file.Credentials.Any(credential => credential.Jwt is not null) ? new TokenMint(file, [.. exchanges.SelectMany(exchange => exchange.Request?.Headers ?? [])], times, replayId) : null;

    /// <inheritdoc/>
    public MintedValue? Mint(string service, HeaderField redacted)
    {
        if (_writers.FirstOrDefault(one => IsFor(one.Rule, service, redacted.Name)) is not ({ } rule, { } writer))
            return null;
        List<string> notes = [];
        string value = RedactedJwt.Replace(redacted.Value, jwt => Mint(rule, writer, jwt, notes));
        return notes.Count == 0 ? null : new MintedValue(value, $"minted {redacted.Name}: {string.Join("; ", notes)}");
    }

    /// <inheritdoc/>
    public IMintedTokens Later(TimeSpan offset) => new TokenMint(this, offset);

    /// <inheritdoc/>
    public string Restore(string value) => _recorded.Aggregate(value, static (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PublishedKeys keys in _keys.Values)
            keys.Dispose();
    }

    private string? Mint(SandboxCredential rule, TokenWriter writer, RedactedJwt recorded, List<string> notes)
    {
        if (!_live.TryGetValue((rule, recorded.Token), out string? live))
        {
            live = writer.Write(recorded);
            // Two tokens that the declared claims make one could not be told apart: neither is guessed.
            if (!_recorded.TryAdd(live, recorded.Text))
                live = null;
            _live[(rule, recorded.Token)] = live;
        }

        if (live is not null)
            notes.Add(writer.Describe(recorded));
        return live;
    }

    private static bool IsFor(SandboxCredential rule, string service, string header) =>
        rule.Header.Equals(header, StringComparison.OrdinalIgnoreCase) && (rule.Services.Count == 0 || rule.Services.Contains(service));

    private static string? Issuer(SandboxCredential rule, IReadOnlyList<HeaderField> recorded)
    {
        string? issuer = null;
        foreach (HeaderField field in recorded.Where(field => field.Name.Equals(rule.Header, StringComparison.OrdinalIgnoreCase)))
        {
            RedactedJwt.Replace(field.Value, jwt =>
            {
                issuer ??= RedactedJwt.IsTokenised(jwt.Claims["iss"]) ? null : (string?)jwt.Claims["iss"];
                return null;
            });
        }

        return issuer;
    }
}
