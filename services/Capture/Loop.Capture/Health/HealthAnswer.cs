namespace Loop.Capture.Health;

/// <summary>Serialised <c>grpc.health.v1.HealthCheckResponse</c>: field 1, an enum.</summary>
internal static class HealthAnswer
{
    /// <summary>The answer of a status.</summary>
    public static ReadOnlySpan<byte> Of(ServingStatus status) => status switch
    {
        ServingStatus.Serving => [8, 1],
        ServingStatus.NotServing => [8, 2],
        _ => [8, 3],
    };
}

/// <summary><c>HealthCheckResponse.ServingStatus</c>.</summary>
internal enum ServingStatus
{
    /// <summary>Send.</summary>
    Serving = 1,

    /// <summary>Do not send.</summary>
    NotServing = 2,

    /// <summary>Only in answers to Watch.</summary>
    ServiceUnknown = 3,
}
