using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loop.Store.Core;

/// <summary>The one form of JSON in the store: camelCase, enums by name, every field written, a missing mandatory field refused. Unknown fields are skipped, so that an added field keeps the version.</summary>
public static class StoreJson
{
    /// <summary>Shared and read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General)
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
