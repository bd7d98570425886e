namespace Loop.Replayer.Sandboxes;

/// <summary>Follows symbolic links in every part of a path: what a link leads to must be shown to a service too.</summary>
internal static class RealPath
{
    // Linux gives up after as many (path_resolution(7)).
    private const int MaximumLinks = 40;

    /// <summary>The path without links; the given one where a part of it does not exist, or links go in a circle.</summary>
    public static string Of(string path)
    {
        string resolved = "/";
        Queue<string> parts = new(path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        for (int links = 0; parts.TryDequeue(out string? part);)
        {
            string next = Path.GetFullPath(Path.Combine(resolved, part));
            string? target = Directory.Exists(next) ? new DirectoryInfo(next).LinkTarget : new FileInfo(next).LinkTarget;
            if (target is null)
            {
                resolved = next;
                continue;
            }

            if (++links > MaximumLinks)
                return path;
            string[] rest = [.. Path.GetFullPath(target, resolved).Split('/', StringSplitOptions.RemoveEmptyEntries), .. parts];
            (parts, resolved) = (new Queue<string>(rest), "/");
        }

        return resolved;
    }
}
