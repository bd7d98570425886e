using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Loop.Store.Core.ReadModels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Loop.Store.Controls;

/// <summary>
/// Keeps the newest healthy conversation of the entry route of each failure, one per route and period. (1) A failure wants one. (2) The nodes name the healthy
/// requests of the route in their rings. (3) The newest that is kept by nobody is kept by its keys, as any other. (4) When it is sealed, and is whole and healthy
/// indeed, all failures that waited are told its name.
/// </summary>
public sealed class ControlKeeper(
    ControlQueue queue,
    ControlBook book,
    ControlFinder finder,
    IConversationIndex index,
    IGrainFactory grains,
    IOptions<ControlOptions> options,
    ControlTelemetry telemetry) : BackgroundService
{
    private const int AtOnce = 4;
    private const int RecalledAtStart = 500;

    private readonly Lock _recallLock = new();
    private Task? _recalled;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Value.Enabled
        ? Parallel.ForEachAsync(
            queue.Work.ReadAllAsync(stoppingToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
            async (work, token) => await Do(work, token))
        : Task.CompletedTask;

    private async Task Do(ControlWork work, CancellationToken cancellationToken)
    {
        try
        {
            await Recall(cancellationToken);
            if (work is ControlWanted wanted)
                await Want(wanted, cancellationToken);
            else if (work is ControlSealed { Control: var control, Mark: var mark } told)
                await Judge(control, mark, told.IsHealthy);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The failure stays without a control; everything else of it is kept.
            telemetry.Failed(exception);
        }
    }

    // What was kept before a restart still serves. Asked for by the first failure, since nobody needs it sooner.
    private Task Recall(CancellationToken cancellationToken)
    {
        lock (_recallLock)
        {
            if (_recalled is null or { IsFaulted: true } or { IsCanceled: true })
                _recalled = RecallAll(cancellationToken);
            return _recalled;
        }
    }

    private async Task RecallAll(CancellationToken cancellationToken)
    {
        foreach (ConversationSummary control in (await index.List(RecalledAtStart, null, cancellationToken, ListScope.ControlsOnly)).Items)
        {
            if (control.Trigger.Route is { } route && book.Serves(control.Trigger.At) && await grains.GetGrain<IConversationIntake>(control.Id).IsHealthyOf(route))
                book.Serve(route, ConversationId.Parse(control.Id), control.Trigger.At);
        }
    }

    private async Task Want(ControlWanted wanted, CancellationToken cancellationToken)
    {
        string route = wanted.Route.ToString();
        ControlAnswer answer = book.Want(route, wanted.For);
        if (answer.Control is { } serving)
            await Name(wanted.For, serving, route);
        else if (answer.MustAsk)
            await Ask(wanted, route, cancellationToken);
    }

    private async Task Ask(ControlWanted wanted, string route, CancellationToken cancellationToken)
    {
        FoundControl found = await finder.Find(wanted, cancellationToken);
        if (found.Healthy is { } healthy)
        {
            telemetry.Named(reused: true);
            await NameAll(healthy, route);
        }
        else if (!found.IsBeingCollected)
        {
            telemetry.NoneFound(found.SilentNodes);
        }
    }

    private async Task Judge(ConversationId control, ControlMark mark, bool isHealthy)
    {
        if (!isHealthy)
        {
            telemetry.Unfit();
            return;
        }

        telemetry.Named(reused: false);
        await Name(mark.For, control, mark.Route);
        await NameAll(control, mark.Route);
    }

    private async Task NameAll(ConversationId control, string route)
    {
        foreach (ConversationId failure in book.Serve(route, control))
            await Name(failure, control, route);
    }

    private Task Name(ConversationId failure, ConversationId control, string route) => grains.GetGrain<IConversationIntake>(failure.Value).NameControl(control.Value, route);
}
