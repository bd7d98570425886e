namespace Loop.Client;

/// <summary>How to reach a server.</summary>
public sealed class LoopClientOptions
{
    /// <summary>Where a server listens unless told otherwise.</summary>
    public static readonly Uri DefaultUrl = new("http://127.0.0.1:5680");

    /// <summary>Base address; <c>http://127.0.0.1:5680</c> by default.</summary>
    public Uri Url { get; init; } = DefaultUrl;

    /// <summary>API token, sent as bearer; null sends none.</summary>
    public string? Token { get; init; }

    /// <summary>Longest wait for a connection; 5 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for the head of an answer and, but for tails and bodies, for its end; 30 s by default.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
