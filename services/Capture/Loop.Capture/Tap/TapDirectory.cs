using Loop.Capture.Core.Intake;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Tap;

/// <summary>
/// One watched directory. It is scanned, not subscribed to: notifications get lost in overlay and network file systems, and Envoy's last write has no event
/// of its own anyway. One caller at a time.
/// </summary>
internal sealed class TapDirectory(TapFilesOptions options, TapFileImporter importer, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Subfolder of files that could not be decoded.</summary>
    public const string RejectedFolder = "rejected";

    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    private readonly string _root = Path.GetFullPath(options.Directory);
    private readonly Dictionary<string, Progress> _files = new(StringComparer.Ordinal);
    private readonly IIntakeShard _shard = importer.OpenShard(options.Directory);

    /// <summary>Looks at every file once.</summary>
    public void Scan()
    {
        // Envoy does not create it and does not say that it is missing: taps would be lost in silence.
        Directory.CreateDirectory(_root);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(_root, "*", Everything).Where(IsWatched))
        {
            seen.Add(path);
            Look(path);
        }

        foreach (string gone in _files.Keys.Where(path => !seen.Contains(path)).ToList())
            _files.Remove(gone);
    }

    /// <inheritdoc/>
    public void Dispose() => _shard.Dispose();

    private bool IsWatched(string path) =>
        TapFileDecoder.IsTapFile(path)
        && !IsBelow(path, Path.Combine(_root, RejectedFolder))
        && (options.MoveTo is null || !IsBelow(path, Path.GetFullPath(options.MoveTo)));

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private void Look(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            return;
        if (!_files.TryGetValue(path, out Progress? known))
        {
            _files[path] = new Progress(file.Length, file.LastWriteTimeUtc, time.GetTimestamp());
            return;
        }

        // Done means that it could not be removed: it stays, and is never imported again.
        if (known.IsDone)
            return;
        if (known.LengthBytes != file.Length || known.WrittenAt != file.LastWriteTimeUtc)
        {
            _files[path] = new Progress(file.Length, file.LastWriteTimeUtc, time.GetTimestamp());
            return;
        }

        TimeSpan quiet = time.GetElapsedTime(known.QuietSince);
        bool isLastTry = quiet >= options.GiveUpAfter;
        if (quiet >= options.Quiet && (!known.WasTried || isLastTry))
            Try(path, known, isLastTry);
    }

    private void Try(string path, Progress file, bool isLastTry)
    {
        file.WasTried = true;
        if (file.LengthBytes > options.MaximumFileBytes)
        {
            Reject(path, file, $"it has {file.LengthBytes} bytes, more than the limit of {options.MaximumFileBytes}");
            return;
        }

        TapFileContent content = Read(path);
        if (content.Fault is null && (isLastTry || content.IsSurelyWhole))
            Import(path, file, content);
        else if (content.Fault is not null && isLastTry)
            Reject(path, file, content.Fault);
    }

    private static TapFileContent Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return TapFileDecoder.Decode(path, bytes);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return TapFileContent.Unusable($"it cannot be read: {unreadable.Message}");
        }
    }

    private void Import(string path, Progress file, TapFileContent content)
    {
        // Before the first exchange: whatever fails from here on, the file is not imported twice.
        file.IsDone = true;
        importer.Import(_shard, options, path, content.Traces, file.WrittenAt);
        if (options.MoveTo is null)
            Remove(path, () => File.Delete(path));
        else
            Remove(path, () => Move(path, Path.GetFullPath(options.MoveTo)));
        TapLog.Imported(logger, path, content.Traces.Count);
    }

    private void Reject(string path, Progress file, string fault)
    {
        file.IsDone = true;
        importer.OnMalformed(path, fault);
        TapLog.Rejected(logger, path, fault);
        Remove(path, () =>
        {
            string moved = Move(path, Path.Combine(_root, RejectedFolder));
            File.WriteAllText(moved + ".reason.txt", $"Loop did not import {Path.GetFileName(path)}: {fault}.\n");
        });
    }

    private void Remove(string path, Action remove)
    {
        try
        {
            remove();
            if (!File.Exists(path))
                _files.Remove(path);
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            TapLog.CannotRemove(logger, path, stuck.Message);
        }
    }

    // The relative path is kept, since it says the direction, and since ids are unique per Envoy only.
    private string Move(string path, string folder)
    {
        string target = Path.Combine(folder, Path.GetRelativePath(_root, path));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(path, target, overwrite: true);
        return target;
    }

    private sealed class Progress(long lengthBytes, DateTime writtenAt, long quietSince)
    {
        public long LengthBytes { get; } = lengthBytes;

        public DateTime WrittenAt { get; } = writtenAt;

        public long QuietSince { get; } = quietSince;

        public bool WasTried { get; set; }

        public bool IsDone { get; set; }
    }
}
