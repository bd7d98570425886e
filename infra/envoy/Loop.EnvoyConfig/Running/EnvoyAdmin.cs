using System.Net;
using System.Text.Json;

namespace Loop.EnvoyConfig.Running;

/// <summary>The few questions that the runner asks an admin listener.</summary>
public sealed class EnvoyAdmin : IDisposable
{
    private readonly HttpClient _client;

    /// <summary>Talks to one Envoy.</summary>
    public EnvoyAdmin(EnvoyAddress address) => _client = new HttpClient { BaseAddress = new Uri($"http://{address}/"), Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>200 when it takes requests, 503 while it starts or drains; null when it could not be asked.</summary>
    public async Task<HttpStatusCode?> ReadyStatus(CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _client.GetAsync(new Uri("ready", UriKind.Relative), cancellationToken);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Addresses that the listeners are bound to, by name; port 0 of the configuration is a real port here.</summary>
    public async Task<IReadOnlyDictionary<string, EnvoyAddress>> Listeners(CancellationToken cancellationToken)
    {
        await using Stream answer = await _client.GetStreamAsync(new Uri("listeners?format=json", UriKind.Relative), cancellationToken);
        using JsonDocument document = await JsonDocument.ParseAsync(answer, cancellationToken: cancellationToken);
        Dictionary<string, EnvoyAddress> listeners = [];
        if (document.RootElement.TryGetProperty("listener_statuses", out JsonElement statuses))
        {
            foreach (JsonElement status in statuses.EnumerateArray())
            {
                JsonElement socket = status.GetProperty("local_address").GetProperty("socket_address");
                listeners[status.GetProperty("name").GetString()!] = new EnvoyAddress(socket.GetProperty("address").GetString()!, socket.GetProperty("port_value").GetInt32());
            }
        }

        return listeners;
    }

    /// <summary>Counters and gauges whose name matches Envoy's filter expression.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Stats(string filter, CancellationToken cancellationToken)
    {
        string text = await _client.GetStringAsync(new Uri($"stats?filter={Uri.EscapeDataString(filter)}", UriKind.Relative), cancellationToken);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2))
            .Where(parts => parts.Length == 2 && long.TryParse(parts[1], out _))
            .ToDictionary(parts => parts[0], parts => long.Parse(parts[1]));
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
