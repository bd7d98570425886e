namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// Bounds what reading one body may cost: a body can ask for far more nodes than it has bytes for in memory, and for more depth than our stack has.
/// </summary>
internal sealed class NodeBudget
{
    /// <summary>A JSON document of 1 MiB, the default of what is kept, cannot hold more.</summary>
    public const int MaximumNodes = 600_000;

    /// <summary>Deep enough for real bodies, shallow enough for our stack.</summary>
    public const int MaximumDepth = 256;
    private int _left = MaximumNodes;

    /// <summary>Counts one node.</summary>
    /// <exception cref="InvalidDataException">There are too many, or it is too deep.</exception>
    public void Spend(int depth)
    {
        if (--_left < 0 || depth > MaximumDepth)
            throw new InvalidDataException("The body has more values or levels than are compared one by one.");
    }
}
