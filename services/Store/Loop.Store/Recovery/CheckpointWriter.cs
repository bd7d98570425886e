using Loop.Store.Conversations;
using Loop.Store.Core.ReadModels;
using Microsoft.Extensions.Hosting;

namespace Loop.Store.Recovery;

/// <summary>Notes from time to time how far the index is. A crash in between costs a few streams read again at the next start.</summary>
public sealed class CheckpointWriter(IndexCheckpoint checkpoint, IConversationIndex index, RecoveryLog log, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private long _written;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Write();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Write();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task Write()
    {
        long position = checkpoint.Position;
        if (position <= _written)
            return;
        try
        {
            await index.SetCheckpoint(position, CancellationToken.None);
            _written = position;
        }
        catch (Exception exception)
        {
            log.CheckpointNotWritten(exception);
        }
    }
}
