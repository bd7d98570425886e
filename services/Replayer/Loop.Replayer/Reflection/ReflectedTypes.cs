using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Reflection;

/// <summary>What a live gRPC service told about its types.</summary>
/// <param name="Service">The service.</param>
/// <param name="Types">Its types; none when it told none.</param>
/// <param name="Detail">By which its messages compare, in words.</param>
internal sealed record ReflectedTypes(string Service, DescriptorSet Types, string Detail)
{
    /// <summary>One that told nothing.</summary>
    public static ReflectedTypes None(string service, string why) => new(service, DescriptorSet.Empty, $"their wire form, since {why}");
}
