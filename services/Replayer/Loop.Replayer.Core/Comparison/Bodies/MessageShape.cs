using Google.Protobuf.Reflection;

namespace Loop.Replayer.Core.Comparison;

/// <summary>The protobuf type of a message: its fields get names and values instead of numbers and bits.</summary>
public sealed class MessageShape
{
    internal MessageShape(MessageDescriptor descriptor) => Descriptor = descriptor;

    /// <summary>With its package: <c>shop.Order</c>.</summary>
    public string Name => Descriptor.FullName;

    internal MessageDescriptor Descriptor { get; }
}

/// <summary>What a gRPC method takes and gives.</summary>
/// <param name="Request">Type of its requests.</param>
/// <param name="Answer">Type of its answers.</param>
public sealed record MethodShapes(MessageShape Request, MessageShape Answer);
