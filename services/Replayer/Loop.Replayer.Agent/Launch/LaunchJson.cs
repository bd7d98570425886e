using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loop.Replayer.Agent.Launch;

/// <summary>The file of a launch. Written at build time, as <see cref="Sandbox.Protocol.AgentJson"/> is.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LaunchPlan))]
internal sealed partial class LaunchJson : JsonSerializerContext;
