namespace Loop.Store.Core.Packs;

/// <summary>One writer per owner. A fixed number of gates, shared by hash: two owners may wait for each other, memory never grows.</summary>
internal sealed class PackGates
{
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the owner's gate; disposing the result opens it.</summary>
    public async Task<IDisposable> Enter(string owner, CancellationToken cancellationToken)
    {
        SemaphoreSlim gate = _gates[(uint)string.GetHashCode(owner, StringComparison.Ordinal) % (uint)_gates.Length];
        await gate.WaitAsync(cancellationToken);
        return new Pass(gate);
    }

    private sealed class Pass(SemaphoreSlim gate) : IDisposable
    {
        private SemaphoreSlim? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Release();
    }
}
