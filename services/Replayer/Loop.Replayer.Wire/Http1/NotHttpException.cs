namespace Loop.Replayer.Wire.Http1;

/// <summary>Bytes that are not HTTP/1.1, or whose framing two readers could read differently: nothing is guessed.</summary>
/// <param name="why">In words, without bytes of the peer's values.</param>
/// <param name="status">How a server answers it.</param>
public sealed class NotHttpException(string why, int status = 400) : IOException(why)
{
    /// <summary>How a server answers it.</summary>
    public int Status => status;
}
