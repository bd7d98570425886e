using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Loop.Contracts.Api;
using Loop.Store.Tests.Hosting;

namespace Loop.Store.Tests.Api;

/// <summary>Reads answers of the API as a client would.</summary>
internal static class ApiReading
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static async Task<SystemStatus> Status(StoreHost store) => (await store.Http.GetFromJsonAsync<SystemStatus>("/api/v1/status", Json))!;

    public static async Task<(int Status, string Title, JsonElement Problem)> Problem(HttpResponseMessage response)
    {
        JsonElement problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json" || string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()))
            throw new InvalidOperationException($"{response.RequestMessage?.RequestUri} answered {(int)response.StatusCode} without a problem: {problem}");
        return ((int)response.StatusCode, problem.GetProperty("title").GetString()!, problem);
    }
}
