namespace Loop.Samples.Shop.Propagation;

/// <summary>Calls other services of the shop, through the outbound proxy when there is one.</summary>
internal sealed class ShopClient(HttpClient client, ShopOptions options)
{
    /// <summary>Posts JSON and reads JSON.</summary>
    /// <exception cref="CalleeFailedException">The answer is no success.</exception>
    public async Task<TAnswer> PostAsync<TQuestion, TAnswer>(string service, string path, TQuestion question, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(options.AddressOf(service), path))
        {
            // Sent with its length: easier to read in a recording than chunks.
            Content = new StringContent(System.Text.Json.JsonSerializer.Serialize(question, ShopJson.Options), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Host = service;
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new CalleeFailedException(service, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<TAnswer>(ShopJson.Options, cancellationToken))!;
    }
}
