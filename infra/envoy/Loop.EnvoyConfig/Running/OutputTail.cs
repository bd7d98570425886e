namespace Loop.EnvoyConfig.Running;

/// <summary>The last lines that a child process wrote: enough to say why it failed, bounded however much it talks.</summary>
public sealed class OutputTail
{
    private const int LinesMax = 200;
    private readonly Queue<string> _lines = new();

    /// <summary>Adds a line; a null, the end of the stream, is ignored.</summary>
    public void Add(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesMax)
                _lines.Dequeue();
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_lines)
            return string.Join('\n', _lines);
    }
}
