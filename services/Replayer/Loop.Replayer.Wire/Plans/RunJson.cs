using System.Text.Json;
using System.Text.Json.Serialization;
using Loop.Contracts.Api;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Wire.Plans;

/// <summary>
/// What replayer and agent of one build tell each other of a run, in the form of <see cref="LoopJson"/>. Written at build time: an agent lives for seconds, and
/// would spend one of them on finding out about its types. What is kept is not among it: a property that an older document lacks would become null here.
/// </summary>
[JsonSerializable(typeof(StandInPlan))]
[JsonSerializable(typeof(RunFact))]
public sealed partial class RunJson : JsonSerializerContext
{
    /// <summary>For facts.</summary>
    public static new JsonSerializerOptions Options { get; } = With();

    /// <summary>With further converters.</summary>
    public static JsonSerializerOptions With(params IEnumerable<JsonConverter> converters)
    {
        JsonSerializerOptions options = new(LoopJson.Options) { TypeInfoResolver = Default };
        foreach (JsonConverter converter in converters)
            options.Converters.Add(converter);
        return options;
    }
}
