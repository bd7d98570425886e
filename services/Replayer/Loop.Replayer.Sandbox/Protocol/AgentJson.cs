using System.Text.Json;
using System.Text.Json.Serialization;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Protocol;

/// <summary>What goes over the control channel. Written at build time: an agent lives for seconds, and would spend one of them on finding out about its types.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AgentPlan))]
[JsonSerializable(typeof(SandboxObservation))]
public sealed partial class AgentJson : JsonSerializerContext;
