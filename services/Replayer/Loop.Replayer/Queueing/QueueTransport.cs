using Loop.Replayer.Hosting;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Queueing;

/// <summary>The only place that knows what carries the work queue: the memory of this process. The streams of replays make up for what it loses with it.</summary>
internal static class QueueTransport
{
    /// <summary>Name of the health check of the role: it works while its queue does.</summary>
    public const string CheckName = "replayer";

    private const string QueueName = "loop-replays";

    public static IServiceCollection AddReplayQueue(this IServiceCollection services) => services.AddLogging(logging => logging.AddFilter("MassTransit", LogLevel.Warning)).AddMassTransit(bus =>
    {
        // Loop tells nobody outside what it does; the library would report its use to its makers.
        bus.DisableUsageTelemetry();
        bus.ConfigureHealthCheckOptions(check => check.Name = CheckName);
        bus.AddConsumer<ReplayConsumer>();
        bus.UsingInMemory((context, transport) =>
        {
            int workers = context.GetRequiredService<IOptions<ReplayOptions>>().Value.Workers;
            transport.ReceiveEndpoint(QueueName, endpoint =>
            {
                // No message is taken before a worker is free: so the order stays that of acceptance.
                endpoint.PrefetchCount = workers;
                endpoint.ConcurrentMessageLimit = workers;
                endpoint.ConfigureConsumer<ReplayConsumer>(context);
            });
        });
    });

    /// <summary>Puts a message for the replay into the queue.</summary>
    public static async Task SendReplay(this IBus bus, string replayId, CancellationToken cancellationToken)
    {
        ISendEndpoint endpoint = await bus.GetSendEndpoint(new Uri("queue:" + QueueName));
        await endpoint.Send(new Contracts.Replays.CarryOutReplay(replayId), cancellationToken);
    }
}
