namespace Loop.SandboxFiles;

/// <summary>A call that belongs to no request (key sets, configuration, telemetry). It never decides.</summary>
/// <param name="Call">Method and URL; a path may end in <c>*</c>.</param>
/// <param name="By">Service that calls; null means any.</param>
/// <param name="Answer">What it gets; null when <paramref name="From"/> has it.</param>
/// <param name="From">Kept conversation that holds the answer.</param>
public sealed record BackgroundCall(string Call, string? By, StubAnswer? Answer, string? From);

/// <summary>A written answer.</summary>
/// <param name="Status">Status, 100 to 599; 200 by default.</param>
/// <param name="Headers">Name → value.</param>
/// <param name="Body">Body; empty by default.</param>
/// <param name="BodyFile">File with the body; null when <paramref name="Body"/> has it.</param>
public sealed record StubAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string? Body, string? BodyFile);

/// <summary>A request that fills caches before the entry.</summary>
/// <param name="Service">Live service that gets it.</param>
/// <param name="Request">Method and path.</param>
/// <param name="Headers">Name → value.</param>
/// <param name="Body">Body; null without one.</param>
public sealed record WarmRequest(string Service, string Request, IReadOnlyDictionary<string, string> Headers, string? Body);

/// <summary>A secret for the replay.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Header">Header that carries it.</param>
/// <param name="Services">Services that get it; empty means all.</param>
/// <param name="Jwt">How it is minted; null when it is taken from the environment.</param>
/// <param name="Environment">Variable of the replayer that holds it; null when it is minted.</param>
public sealed record SandboxCredential(string Name, string Header, IReadOnlyList<string> Services, JwtMint? Jwt, string? Environment);

/// <summary>A JWT with the recorded claims, signed by a key of the replay.</summary>
public sealed record JwtMint
{
    /// <summary>URL at which services fetch the key set; it is answered as background. Null when <see cref="Secret"/> signs.</summary>
    public string? KeySet { get; init; }

    /// <summary>URL of the OpenID discovery document; null without one.</summary>
    public string? Discovery { get; init; }

    /// <summary>Signature; null means the recorded one.</summary>
    public JwtAlgorithm? Algorithm { get; init; }

    /// <summary>Variable of the replayer that holds the secret of HS256; null when a key of the replay signs.</summary>
    public string? Secret { get; init; }

    /// <summary>Lifetime from the replay's clock; null means the recorded one.</summary>
    public int? LifetimeMinutes { get; init; }

    /// <summary>Claim → its value as JSON.</summary>
    public IReadOnlyDictionary<string, string> Claims { get; init; } = new Dictionary<string, string>();
}

/// <summary>Signatures that a sandbox can make.</summary>
public enum JwtAlgorithm
{
    /// <summary>RSA with SHA-256.</summary>
    RS256,

    /// <summary>ECDSA P-256 with SHA-256.</summary>
    ES256,
}
