using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Loop.Contracts.Replays;
using Loop.Replayer.Hosting;
using Loop.Replayer.Sandbox.Processes;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Queueing;

/// <summary>
/// Tells whether somebody still answers for an open replay. Several replayers may work on one store: each leaves alone what a living one has accepted or taken up.
/// The life of a process can be seen from its own machine only; from another one, a stream that is quiet for long is all there is to see.
/// </summary>
internal sealed class ReplayHolders(IOptions<ReplayOptions> options, TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>This process.</summary>
    public ReplayHolder Self { get; init; } = new(MachineOf(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? "");

    /// <summary>True when the store is open in this process, which locks it: then no other replayer lives, whatever its name. A container that starts again has other process ids.</summary>
    public bool IsAlone { get; init; }

    /// <summary>True when this process may take an open replay up that it does not hold.</summary>
    public bool IsFree(ReplayProgress progress) => progress.Holder switch
    {
        // Of before holders were stored: then one process had the store.
        null => progress.Requested.At < _startedAt,
        var holder when holder == Self => false,
        _ when IsAlone => true,
        var holder when holder.Machine == Self.Machine => StartOf(holder.ProcessId) != holder.StartedAt,
        _ => time.GetUtcNow() - progress.LastFactAt >= options.Value.ForeignQuiet,
    };

    // A container has process ids of its own, and a machine that started again gives them anew.
    private static string MachineOf() => OperatingSystem.IsLinux()
        ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {new FileInfo("/proc/self/ns/pid").LinkTarget}"
        : Environment.MachineName;

    private static string? StartOf(int processId)
    {
        if (OperatingSystem.IsLinux())
            return ProcessMark.Of(processId)?.StartTime;
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
