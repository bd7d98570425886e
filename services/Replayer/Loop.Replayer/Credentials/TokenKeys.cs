using System.Security.Cryptography;
using System.Text;
using Loop.SandboxFiles;
using Microsoft.IdentityModel.Tokens;

namespace Loop.Replayer.Credentials;

/// <summary>What signs the tokens of a replay.</summary>
internal interface ITokenKeys
{
    /// <summary>Gives the key and its algorithm.</summary>
    /// <param name="asked">As the sandbox file has it; null without.</param>
    /// <param name="recorded">Algorithm of the recorded token.</param>
    SigningCredentials For(JwtAlgorithm? asked, string? recorded);
}

/// <summary>Keys that exist for one replay and in this process alone; services are given their public halves.</summary>
internal sealed class PublishedKeys : ITokenKeys, IDisposable
{
    private const int RsaBits = 2048;
    private readonly RSA _rsa = RSA.Create(RsaBits);
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RsaSecurityKey _rsaKey;
    private readonly ECDsaSecurityKey _ecdsaKey;

    public PublishedKeys(string name)
    {
        _rsaKey = new RsaSecurityKey(_rsa) { KeyId = $"{name}-rsa" };
        _ecdsaKey = new ECDsaSecurityKey(_ecdsa) { KeyId = $"{name}-ec" };
    }

    /// <summary>The public halves (RFC 7517).</summary>
    public IReadOnlyList<JsonWebKey> Public
    {
        get
        {
            JsonWebKey rsa = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_rsa.ExportParameters(includePrivateParameters: false)) { KeyId = _rsaKey.KeyId });
            using ECDsa half = ECDsa.Create(_ecdsa.ExportParameters(includePrivateParameters: false));
            JsonWebKey ecdsa = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(half) { KeyId = _ecdsaKey.KeyId });
            (rsa.Alg, rsa.Use) = (SecurityAlgorithms.RsaSha256, JsonWebKeyUseNames.Sig);
            (ecdsa.Alg, ecdsa.Use) = (SecurityAlgorithms.EcdsaSha256, JsonWebKeyUseNames.Sig);
            return [rsa, ecdsa];
        }
    }

    /// <inheritdoc/>
    public SigningCredentials For(JwtAlgorithm? asked, string? recorded) =>
        asked is JwtAlgorithm.ES256 || (asked is null && recorded is SecurityAlgorithms.EcdsaSha256)
            ? new SigningCredentials(_ecdsaKey, SecurityAlgorithms.EcdsaSha256)
            : new SigningCredentials(_rsaKey, SecurityAlgorithms.RsaSha256);

    /// <inheritdoc/>
    public void Dispose()
    {
        _rsa.Dispose();
        _ecdsa.Dispose();
    }
}

/// <summary>A secret that services have too.</summary>
internal sealed class SharedSecret(string secret) : ITokenKeys
{
    /// <summary>RFC 7518 §3.2: a key of HS256 has at least as many bytes as the hash.</summary>
    public const int MinimumBytes = 32;

    private readonly SymmetricSecurityKey _key = new(Encoding.UTF8.GetBytes(secret));

    /// <inheritdoc/>
    public SigningCredentials For(JwtAlgorithm? asked, string? recorded) => new(_key, SecurityAlgorithms.HmacSha256);
}
