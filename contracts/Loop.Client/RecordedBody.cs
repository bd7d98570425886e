namespace Loop.Client;

/// <summary>A body under way from the server. Dispose it.</summary>
public sealed class RecordedBody : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;

    internal RecordedBody(HttpResponseMessage response, Stream content)
    {
        _response = response;
        Content = content;
    }

    /// <summary>The bytes; read once.</summary>
    public Stream Content { get; }

    /// <summary>Media type that the server gives it; null when it gives none.</summary>
    public string? ContentType => _response.Content.Headers.ContentType?.ToString();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        _response.Dispose();
    }
}
