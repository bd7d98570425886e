using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Diagnostics;

/// <summary>What one input counts of what its peers sent. Whatever a peer sends is counted and passed over; nothing of it is an error of ours.</summary>
internal sealed class InputCounts(CaptureInput input, IExchangeIntake intake, CaptureInstruments instruments)
{
    /// <summary>Which input.</summary>
    public CaptureInput Input => input;

    /// <summary>An exchange or an entry arrived.</summary>
    public void Received() => instruments.OnReceived(input);

    /// <summary>A message of a kind that Loop does not read.</summary>
    public void Unsupported() => instruments.OnUnsupported(input);

    /// <summary>Bytes that make no sense.</summary>
    public void Malformed(string detail)
    {
        instruments.OnMalformed(input);
        intake.OnMalformed(input, detail);
    }

    /// <summary>A message that Loop does not accept.</summary>
    public void Refused(RefusalReason reason) => instruments.OnRefused(reason);

    /// <summary>A message over the limit, of which nothing was kept.</summary>
    public void Oversized(string message, long lengthBytes)
    {
        Refused(RefusalReason.Oversized);
        Malformed($"{message} of {lengthBytes} bytes is over the limit");
    }
}
