namespace Loop.Capture.Link;

/// <summary>The store does not speak the node link as agreed.</summary>
public sealed class NodeLinkException : Exception
{
    /// <summary>Without words.</summary>
    public NodeLinkException()
    {
    }

    /// <summary>With words.</summary>
    public NodeLinkException(string message)
        : base(message)
    {
    }

    /// <summary>With words and a cause.</summary>
    public NodeLinkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
