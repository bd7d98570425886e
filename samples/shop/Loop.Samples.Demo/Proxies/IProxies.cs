namespace Loop.Samples.Demo.Proxies;

/// <summary>Puts an inbound and an outbound proxy beside each service of the shop.</summary>
public interface IProxies : IAsyncDisposable
{
    /// <summary>Which proxies these are, for the reader of the demo.</summary>
    string Description { get; }

    /// <summary>Starts them all; returns when they take requests.</summary>
    Task StartAsync(CancellationToken cancellationToken);
}
