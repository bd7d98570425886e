using System.Diagnostics;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;

namespace Loop.Store.Conversations;

/// <summary>Waiting for the end: one timer, set to the next moment at which something can change by itself.</summary>
public sealed partial class ConversationGrain
{
    private const int MaxWakes = 300;

    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    // Shorter than Orleans keeps an idle grain, so that a long wait does not end with the grain, and with it the timer.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private Dictionary<ExchangeId, Exchange>? _incoming;
    private CollectionProgress? _progress;
    private IGrainTimer? _timer;
    private DateTimeOffset? _mergeUntil;
    private DateTimeOffset? _openUntil;
    private DateTimeOffset? _unwatchAt;
    private bool _isAskedAgain;
    private bool _hasLost;

    private void StartCollecting(bool isResumed)
    {
        DateTimeOffset now = time.GetUtcNow();
        _progress = new CollectionProgress(options.Value.Times, _conversation.KeptAt);
        if (isResumed)
            _progress.Resumed(_conversation.Nodes.Keys, now);
        Claim();
        AskNodes();
        ScheduleCheck();
    }

    private void AskNodes()
    {
        using Activity? span = StoreActivities.Collect(Id);
        _progress?.Asked(surroundings.Nodes.Collect(Id, _conversation.Keys));
    }

    private void StopCollecting()
    {
        _progress = null;
        _unwatchAt = null;
        _timer?.Dispose();
        _timer = null;
    }

    private void ScheduleCheck()
    {
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan wait;
        if (_progress is not null)
            wait = HeldUntil is { } held && held > now ? held - now : _progress.NextCheck(now);
        else if (_unwatchAt is { } unwatchAt)
            wait = unwatchAt > now ? unwatchAt - now : TimeSpan.FromMilliseconds(1);
        else
            return;
        if (wait > LongestWait)
            wait = LongestWait;
        if (_timer is null)
            _timer = this.RegisterGrainTimer(Check, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        else
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private async Task Check(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (_progress is null)
        {
            if (_unwatchAt <= now)
            {
                surroundings.Nodes.Unwatch(Id);
                StopCollecting();
                await CompactLateOnes();
                await CompactEvents();
                return;
            }

            ScheduleCheck();
            return;
        }

        try
        {
            await GiveUpAndSeal(_progress, now);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A store that cannot be written now may be writable later; the next check tries again.
            telemetry.SealFailed(Id, exception);
            _timer?.Change(RetryAfterFailure, Timeout.InfiniteTimeSpan);
            return;
        }

        ScheduleCheck();
    }

    private async Task GiveUpAndSeal(CollectionProgress progress, DateTimeOffset now)
    {
        foreach (string node in progress.GiveUp(now))
            await Apply(new LoseNode(node, "it did not come back after the store restarted", now));
        if (HeldUntil > now || progress.ReasonToSeal(now) is not { } reason || (reason == "quiet" ? AskAgain(now) : AskForOpen(progress, now)))
            return;
        using Activity? span = StoreActivities.Seal(Id, reason);
        await CountRefused(isFinal: true);
        int stillOpen = progress.StillOpen;
        int[] old = OwnSegments();
        await Apply(new SealConversation(reason, stillOpen, now, await Compact()));
        _progress = null;
        _unwatchAt = now + options.Value.LateWatch;
        surroundings.Directory.Sealed(_conversation.Id!.Value, now);
        telemetry.Instruments.OnSealed(reason);
        telemetry.Sealed(Id, reason, _conversation.Recorded.Count, stillOpen);
        TellSealed();
        await RemoveReplaced(old);
        await CompactEvents();
    }

    private DateTimeOffset? HeldUntil => _mergeUntil > _openUntil || _openUntil is null ? _mergeUntil : _openUntil;

    // Waiting is given up, not what came so far: of what goes on the nodes are asked for its beginning.
    private bool AskForOpen(CollectionProgress progress, DateTimeOffset now)
    {
        if (_openUntil is not null || progress.StillOpen == 0)
            return false;
        _openUntil = now + options.Value.AnswerTimeout;
        progress.Asked(surroundings.Nodes.CollectOpen(Id, _conversation.Keys));
        return true;
    }

    // The timer goes with the grain: without this an open conversation would wait until a node or a person happens to speak of it.
    private void WakeAfterFailure()
    {
        IConversationGrain self = GrainFactory.GetGrain<IConversationGrain>(Id);
        _ = Task.Run(() => Wake(self));
    }

    private async Task Wake(IConversationGrain self)
    {
        for (int tries = 0; tries < MaxWakes; tries++)
        {
            await Task.Delay(RetryAfterFailure, time);
            try
            {
                await self.Resume();
                return;
            }
            catch (Exception)
            {
                // Its stream cannot be read yet, or the silo stops; either was logged where it happened.
            }
        }
    }
}
