namespace Loop.Client;

/// <summary>Which message of an exchange.</summary>
public enum MessageSide
{
    /// <summary>What the caller sent.</summary>
    Request,

    /// <summary>What came back.</summary>
    Response,
}
