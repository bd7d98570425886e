using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Tap;

/// <summary>Watches the configured directories, each on a loop of its own, so that a slow one does not hold the others.</summary>
internal sealed class TapFileWatcher(IOptions<CaptureOptions> options, TapFileImporter importer, TimeProvider time, ILogger<TapFileWatcher> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(options.Value.TapFiles.Select(directory => Task.Run(() => Watch(directory, stoppingToken), stoppingToken)));

    private async Task Watch(TapFilesOptions directory, CancellationToken stopping)
    {
        using var watched = new TapDirectory(directory, importer, time, logger);
        using var ticks = new PeriodicTimer(directory.Quiet / 2, time);
        bool wasReadable = true;
        try
        {
            do
                wasReadable = Scan(watched, directory, wasReadable);
            while (await ticks.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the process.
        }
    }

    private bool Scan(TapDirectory watched, TapFilesOptions directory, bool wasReadable)
    {
        try
        {
            watched.Scan();
            return true;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            if (wasReadable)
                TapLog.DirectoryUnreadable(logger, directory.Directory, unreadable.Message);
            return false;
        }
    }
}
