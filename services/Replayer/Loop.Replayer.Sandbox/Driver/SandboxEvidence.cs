namespace Loop.Replayer.Sandbox.Driver;

/// <summary>What stands behind the claim that nothing real was reached.</summary>
public enum SandboxEvidence
{
    /// <summary>The kernel or the cluster enforced it.</summary>
    Sealed = 0,

    /// <summary>Services were told to call the agent by their environment; nothing held them to it.</summary>
    Unsealed = 1,

    /// <summary>The services ran elsewhere.</summary>
    External = 2,
}
