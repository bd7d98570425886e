namespace Loop.Contracts.Exchanges;

/// <summary>An exchange with the kept bytes of its bodies, as it travels from a capture node to the store.</summary>
/// <param name="Head">Everything but the bytes.</param>
/// <param name="RequestBody">The first <see cref="BodyInfo.KeptBytes"/> bytes of the request's body, as they crossed the wire (compressed ones stay compressed).</param>
/// <param name="ResponseBody">The same of the response.</param>
public sealed record CapturedExchange(Exchange Head, ReadOnlyMemory<byte> RequestBody, ReadOnlyMemory<byte> ResponseBody);
