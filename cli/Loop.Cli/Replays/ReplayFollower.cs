using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Replays;

namespace Loop.Cli.Replays;

/// <summary>Starts a replay and waits for its verdict, telling each stage once on stderr.</summary>
internal static class ReplayFollower
{
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    public static async Task<ReplayReport> Follow(CliContext context, LoopClient client, ReplayRequest request, CancellationToken cancellationToken)
    {
        bool isNamed = false;
        return await Follow(context, client, request, Tell, cancellationToken);

        void Tell(ReplayReport report)
        {
            if (!isNamed)
                context.Error.WriteLine($"replay {SafeText.Line(report.Id)} of {SafeText.Line(report.ConversationId)} to {SafeText.Line(report.Destination)}");
            isNamed = true;
            if (report.Verdict is null)
                context.Error.WriteLine($"  {SafeText.Line(report.Stage)}{Left(context, report)} …");
        }
    }

    /// <summary>The same, and <paramref name="tell"/> hears of every stage once.</summary>
    public static async Task<ReplayReport> Follow(CliContext context, LoopClient client, ReplayRequest request, Action<ReplayReport> tell, CancellationToken cancellationToken)
    {
        ReplayReport report = await client.StartReplay(request, cancellationToken);
        try
        {
            return await Follow(context, client, report, tell, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody waits for it any more: its sandbox is removed before the verb ends.
            using var limit = new CancellationTokenSource(CancelLimit, context.Time);
            await client.CancelReplay(report.Id, limit.Token);
            context.Error.WriteLine($"  cancelled: {SafeText.Line(report.Id)}");
            throw;
        }
    }

    private static string Left(CliContext context, ReplayReport report) => report.Progress is not { } progress ? ""
        : progress.EndsAbout is not { } end ? $" ({progress.Run} of {progress.Of})" : $" ({progress.Run} of {progress.Of}, about {Units.Long(end - context.Time.GetUtcNow())} left)";

    private static async Task<ReplayReport> Follow(CliContext context, LoopClient client, ReplayReport report, Action<ReplayReport> tell, CancellationToken cancellationToken)
    {
        string? told = report.Verdict is null ? null : report.Stage;
        if (told is not null)
            tell(report);
        while (report.Verdict is null)
        {
            if (report.Stage == "finished")
                throw new LoopAnswerException(new Uri("about:replay"), $"the replay {report.Id} finished without a verdict");
            if (report.Stage != told)
                tell(report);
            told = report.Stage;
            await Task.Delay(Pause, context.Time, cancellationToken);
            report = await client.GetReplay(report.Id, cancellationToken);
        }

        return report;
    }
}
