using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Wire;

/// <summary>The caller's side of a call that is relayed while it goes on.</summary>
public interface IRelayedCall
{
    /// <summary>True when the request's body goes on through <see cref="Give"/>.</summary>
    bool Gives { get; }

    /// <summary>How long an answer may pause before that is a stall.</summary>
    TimeSpan HoldBack { get; }

    /// <summary>Writes what follows the known beginning of the request's body, as it comes, to its end. Runs beside the others.</summary>
    Task Give(Stream callee, CancellationToken cancellationToken);

    /// <summary>The answer began.</summary>
    ValueTask Begin(int status, IReadOnlyList<HeaderField> headers, CancellationToken cancellationToken);

    /// <summary>The next bytes of its body. They are the caller's own from then on.</summary>
    ValueTask Pass(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>For now nothing more comes, though the answer has not ended.</summary>
    ValueTask Stall(CancellationToken cancellationToken);
}
