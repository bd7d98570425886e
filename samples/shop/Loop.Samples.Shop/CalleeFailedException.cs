using System.Net;

namespace Loop.Samples.Shop;

/// <summary>A call to another service was answered with a failure.</summary>
public sealed class CalleeFailedException(string service, HttpStatusCode status) : Exception($"{service} answered {(int)status}")
{
    /// <summary>Who was called.</summary>
    public string Service { get; } = service;
}
