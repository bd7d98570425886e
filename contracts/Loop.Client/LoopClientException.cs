namespace Loop.Client;

/// <summary>Base of everything that goes wrong between this client and the server.</summary>
public abstract class LoopClientException : Exception
{
    /// <summary>A fault in words, with what caused it.</summary>
    protected LoopClientException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>No answer came: refused, reset, name unknown, or too slow. A retry may help.</summary>
public sealed class LoopUnreachableException : LoopClientException
{
    /// <summary>Names the server and the reason.</summary>
    public LoopUnreachableException(Uri server, string reason, Exception? inner)
        : base($"No answer from {server}: {reason}", inner) => Server = server;

    /// <summary>Where the request went.</summary>
    public Uri Server { get; }
}

/// <summary>An answer came that is none of Loop's: another program listens there, or the versions do not fit.</summary>
public sealed class LoopAnswerException : LoopClientException
{
    /// <summary>Names the server and what was wrong with its answer.</summary>
    public LoopAnswerException(Uri server, string reason, Exception? inner = null)
        : base($"{server} did not answer as Loop does: {reason}", inner) => Server = server;

    /// <summary>Where the request went.</summary>
    public Uri Server { get; }
}
