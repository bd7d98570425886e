using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>From recorded parts to the exchange that they are. Pure.</summary>
public static class ExchangeDecoder
{
    /// <summary>Decodes one record.</summary>
    /// <exception cref="InvalidDataException">A part is not the message that its kind promises.</exception>
    public static CapturedExchange Decode(RecordFacts facts, IReadOnlyList<RecordedPart> parts) => throw new NotImplementedException();
}
