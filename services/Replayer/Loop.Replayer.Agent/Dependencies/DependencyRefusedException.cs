namespace Loop.Replayer.Agent.Dependencies;

/// <summary>A dependency answered that it will not do what its plan asks for.</summary>
internal sealed class DependencyRefusedException(string reason) : Exception(reason);
