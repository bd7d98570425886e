namespace Loop.Capture.Link;

/// <summary>Whether the link is up, for health: written by the link alone.</summary>
internal sealed class NodeLinkState
{
    private string? _fault = "it was not dialled yet";

    /// <summary>Why there is no link; null while there is one.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>The store said Welcome.</summary>
    public void OnConnected() => Volatile.Write(ref _fault, null);

    /// <summary>The link broke, or could not be made.</summary>
    public void OnBroken(string why) => Volatile.Write(ref _fault, why);
}
