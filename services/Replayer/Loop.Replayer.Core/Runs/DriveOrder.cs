using Loop.Replayer.Core.Planning;

namespace Loop.Replayer.Core.Runs;

/// <summary>When each drive may be sent: after those that had ended before it began in the recording, and as long after those that were open as then.</summary>
public static class DriveOrder
{
    /// <summary>The drives in recorded order.</summary>
    public static IReadOnlyList<OrderedDrive> Of(IReadOnlyList<PlannedCall> drives)
    {
        List<PlannedCall> ordered = [.. drives.OrderBy(drive => drive.Hop.StartedAt).ThenBy(drive => drive.Hop.Number)];
        List<OrderedDrive> result = [];
        for (int index = 0; index < ordered.Count; index++)
        {
            PlannedCall drive = ordered[index];
            List<PlannedCall> earlier = ordered[..index];
            PlannedCall? open = earlier.LastOrDefault(other => EndOf(other) > drive.Hop.StartedAt);
            result.Add(new OrderedDrive(
                drive.Hop.Id,
                [.. earlier.Where(other => EndOf(other) <= drive.Hop.StartedAt).Select(other => other.Hop.Id)],
                open?.Hop.Id,
                open is null ? TimeSpan.Zero : drive.Hop.StartedAt - open.Hop.StartedAt));
        }

        return result;
    }

    private static DateTimeOffset EndOf(PlannedCall call) =>
        call.Hop.DurationMs is { } milliseconds ? call.Hop.StartedAt + TimeSpan.FromMilliseconds(milliseconds) : DateTimeOffset.MaxValue;
}

/// <summary>A drive with what it waits for.</summary>
/// <param name="HopId">The hop.</param>
/// <param name="After">Drives that must have ended.</param>
/// <param name="AfterStartOf">A drive that was open when this one began; null when none was.</param>
/// <param name="Gap">How long after its start.</param>
public sealed record OrderedDrive(string HopId, IReadOnlyList<string> After, string? AfterStartOf, TimeSpan Gap);
