namespace Loop.Contracts.Conversations;

/// <summary>Where a conversation stands.</summary>
public enum ConversationState
{
    /// <summary>Kept, being collected.</summary>
    Open,

    /// <summary>Complete or given up waiting.</summary>
    Sealed,

    /// <summary>An alias of another conversation.</summary>
    Merged,
}
