using Loop.Contracts.Replays;
using MassTransit;

namespace Loop.Replayer.Queueing;

/// <summary>Takes messages of the work queue. A message is acknowledged when this returns, and this returns when the outcome is durable.</summary>
internal sealed class ReplayConsumer(ReplayWorker worker) : IConsumer<CarryOutReplay>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<CarryOutReplay> context) => worker.Work(context.Message.ReplayId);
}
