namespace Loop.Capture.Core.Ring;

/// <summary>Who this capture node is.</summary>
/// <param name="Name">Stable over restarts; no slash, not empty.</param>
/// <param name="Epoch">Start of this process, Unix milliseconds; part of every exchange id.</param>
/// <param name="StartedAt">The same as a time.</param>
public sealed record CaptureNodeIdentity(string Name, long Epoch, DateTimeOffset StartedAt)
{
    /// <summary>The identity of a node that starts now.</summary>
    public static CaptureNodeIdentity StartingNow(string name, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        if (string.IsNullOrEmpty(name) || name.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"'{name}' cannot name a capture node: a name is not empty and has no slash.", nameof(name));
        DateTimeOffset now = timeProvider.GetUtcNow();
        return new CaptureNodeIdentity(name, now.ToUnixTimeMilliseconds(), now);
    }
}
