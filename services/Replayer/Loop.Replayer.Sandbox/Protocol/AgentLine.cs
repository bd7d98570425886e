using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Loop.Replayer.Sandbox.Protocol;

/// <summary>
/// The control channel: one JSON document per line. Commands go to the agent's standard input, observations come from its standard
/// output. The end of the input is the command to end everything, so a replayer that dies takes its sandbox with it.
/// </summary>
public static class AgentLine
{
    /// <summary>The command that starts all services.</summary>
    public const string Start = "start";

    /// <summary>The command that ends all services and then the agent.</summary>
    public const string Stop = "stop";

    /// <summary>What a command to the call handler begins with.</summary>
    public const string Handler = "handler ";

    /// <summary>One line without its end.</summary>
    public static string Write<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.Serialize(document, type);

    /// <summary>What <see cref="Write{T}"/> wrote.</summary>
    public static T Read<T>(string line, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(line, type) ?? throw new InvalidDataException($"A line of the control channel holds no {typeof(T).Name}.");
}
