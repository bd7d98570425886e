namespace Loop.Samples.Demo.Processes;

/// <summary>Everything that was started, ended in the opposite order.</summary>
public sealed class Owned : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _things = new();

    /// <summary>Takes over something that runs.</summary>
    public T Add<T>(T thing)
        where T : IAsyncDisposable
    {
        _things.Push(thing);
        return thing;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_things.TryPop(out IAsyncDisposable? thing))
            await thing.DisposeAsync();
    }
}
