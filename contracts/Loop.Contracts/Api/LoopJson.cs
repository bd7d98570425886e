using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loop.Contracts.Api;

/// <summary>How the REST API and its clients write JSON: camelCase, enums as camelCase strings, nulls left out.</summary>
public static class LoopJson
{
    /// <summary>One line per document; read-only.</summary>
    public static readonly JsonSerializerOptions Options = Configured(writeIndented: false);

    /// <summary>The same for people; read-only.</summary>
    public static readonly JsonSerializerOptions Indented = Configured(writeIndented: true);

    /// <summary>Applies the same rules to options that a framework owns.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = true;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
    }

    private static JsonSerializerOptions Configured(bool writeIndented)
    {
        var options = new JsonSerializerOptions { WriteIndented = writeIndented };
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
