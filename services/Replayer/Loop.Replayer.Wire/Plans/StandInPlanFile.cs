using System.Text.Json;
using System.Text.Json.Serialization;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Wire.Plans;

/// <summary>
/// The way of a plan from the replayer to the agent: a JSON file, and beside it a file for each large body. Those are mapped, not read: what of them is in memory
/// the kernel takes back when it needs room, and nothing of them is twice in the agent.
/// </summary>
public static class StandInPlanFile
{
    /// <summary>Bodies of this size or more have files of their own.</summary>
    public const int LargeBodyBytes = 1024 * 1024;

    /// <summary>Writes the plan.</summary>
    /// <param name="path">The JSON file; the others go beside it.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task Write(string path, StandInPlan plan, CancellationToken cancellationToken)
    {
        await using FileStream file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, plan, Options(path), cancellationToken);
    }

    /// <summary>Reads it; null when the file holds none. The files may be deleted afterwards.</summary>
    public static async Task<StandInPlan?> Read(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<StandInPlan>(file, Options(path), cancellationToken);
    }

    private static JsonSerializerOptions Options(string path) => RunJson.With(new BodyConverter(Path.GetDirectoryName(Path.GetFullPath(path))!));

    private sealed class BodyConverter(string folder) : JsonConverter<ReadOnlyMemory<byte>>
    {
        // No base64 has a colon.
        private const string Mark = "file:";
        private int _written;

        public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType is JsonTokenType.Null)
                return default;
            if (!reader.HasValueSequence && reader.ValueSpan.StartsWith("file:"u8))
                return MappedBody.Open(Path.Combine(folder, reader.GetString()![Mark.Length..]));
            return reader.GetBytesFromBase64();
        }

        public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options)
        {
            if (value.Length < LargeBodyBytes)
            {
                writer.WriteBase64StringValue(value.Span);
                return;
            }

            string name = $"body-{++_written}";
            using FileStream file = File.Create(Path.Combine(folder, name));
            file.Write(value.Span);
            writer.WriteStringValue(Mark + name);
        }
    }
}
