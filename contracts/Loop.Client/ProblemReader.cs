using System.Net;
using System.Text.Json;

namespace Loop.Client;

/// <summary>Reads a refusal leniently: a proxy in between may have made it, in any form.</summary>
internal static class ProblemReader
{
    private const int MaxBytes = 64 * 1024;

    // What a name may mean is listed under what it names.
    private static readonly string[] CandidateLists = ["candidates", "conversations", "hops"];

    public static async Task<LoopApiException> Read(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string fallback = response.ReasonPhrase is { Length: > 0 } reason ? reason : "The server refused";
        fallback = $"{fallback} ({(int)response.StatusCode})";
        try
        {
            byte[] bytes = await ReadStart(response, cancellationToken);
            using JsonDocument document = JsonDocument.Parse(bytes);
            return FromProblem(response.StatusCode, document.RootElement, fallback);
        }
        catch (Exception exception) when (exception is JsonException or IOException or HttpRequestException)
        {
            // The status is known; words are not worth a second failure.
            return new LoopApiException(response.StatusCode, fallback, detail: null, []) { IsProblem = false };
        }
    }

    private static LoopApiException FromProblem(HttpStatusCode status, JsonElement problem, string fallback)
    {
        if (problem.ValueKind is not JsonValueKind.Object)
            return new LoopApiException(status, fallback, detail: null, []) { IsProblem = false };
        return new LoopApiException(status, Text(problem, "title") ?? fallback, Text(problem, "detail"), Candidates(problem));
    }

    private static string? Text(JsonElement problem, string name) =>
        problem.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static List<string> Candidates(JsonElement problem)
    {
        foreach (string name in CandidateLists)
        {
            if (problem.TryGetProperty(name, out JsonElement list) && list.ValueKind is JsonValueKind.Array)
                return [.. list.EnumerateArray().Select(item => Words(item))];
        }

        return [];
    }

    // A hop among candidates is an object; people choose by its number.
    private static string Words(JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.String => item.GetString()!,
        JsonValueKind.Object => string.Join("  ", item.EnumerateObject().Where(field => field.Name != "id").Select(field => field.Value.ToString())),
        _ => item.GetRawText(),
    };

    private static async Task<byte[]> ReadStart(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[MaxBytes];
        int length = await stream.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellationToken);
        return buffer[..length];
    }
}
