using System.Globalization;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>
/// Makes a control group per limited service, below the replayer's own. Version 1 has a tree per controller, version 2 one tree for all. A limit that
/// cannot be set is an error, since a replay under other limits than asked for would be judged as if they held.
/// </summary>
internal static class ControlGroups
{
    private const string Tree = "/sys/fs/cgroup";
    private const int PeriodMicroseconds = 100_000;

    /// <summary>Service → the files to which its launcher writes its id. Remembers what it made in the sandbox's folder.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Create(SandboxPlan plan, string id, string folder)
    {
        Dictionary<string, IReadOnlyList<string>> entries = [];
        foreach (SandboxService service in plan.Services)
        {
            List<string> processFiles = [];
            foreach ((string controller, IReadOnlyList<(string File, string Value)> settings) in Settings(service.Limits))
            {
                try
                {
                    string group = Path.Combine(Parent(controller), $"loop-{id}-{service.Name}");
                    Directory.CreateDirectory(group);
                    File.AppendAllText(MadeFile(folder), group + "\n");
                    foreach ((string file, string value) in settings)
                        File.WriteAllText(Path.Combine(group, file), value);
                    processFiles.Add(Path.Combine(group, "cgroup.procs"));
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    throw new SandboxException($"The limit on {controller} of {service.Name} cannot be set: {error.Message} Limits need a control group that this user may divide; leave them out, or run as root.", error);
                }
            }

            entries[service.Name] = [.. processFiles.Distinct()];
        }

        return entries;
    }

    /// <summary>Removes what <see cref="Create"/> made; its processes have ended.</summary>
    public static void Remove(string folder)
    {
        if (!File.Exists(MadeFile(folder)))
            return;
        foreach (string group in File.ReadAllLines(MadeFile(folder)).Where(Directory.Exists))
            Directory.Delete(group);
    }

    private static bool IsVersion2 => File.Exists(Tree + "/cgroup.controllers");

    private static string MadeFile(string folder) => Path.Combine(folder, "groups");

    private static IEnumerable<(string Controller, IReadOnlyList<(string File, string Value)> Settings)> Settings(SandboxLimits limits)
    {
        if (limits.MemoryBytes is { } memory)
            yield return ("memory", [IsVersion2 ? ("memory.max", Text(memory)) : ("memory.limit_in_bytes", Text(memory))]);
        if (limits.Tasks is { } tasks)
            yield return ("pids", [("pids.max", Text(tasks))]);
        if (limits.Processors is not { } processors)
            yield break;
        string quota = Text((long)(processors * PeriodMicroseconds));
        yield return ("cpu", IsVersion2 ? [("cpu.max", $"{quota} {PeriodMicroseconds}")] : [("cpu.cfs_period_us", Text(PeriodMicroseconds)), ("cpu.cfs_quota_us", quota)]);
    }

    // /proc/self/cgroup: "id:controllers:path", and "0::path" for version 2.
    private static string Parent(string controller)
    {
        string[][] lines = [.. File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3))];
        if (IsVersion2)
        {
            // Version 2 lets no group with processes divide itself: the new one lies beside the replayer's.
            string own = Tree + lines.Single(line => line[0] is "0")[2];
            string parent = Path.GetDirectoryName(own) is { } above && above.Length >= Tree.Length ? above : Tree;
            if (!File.ReadAllText(parent + "/cgroup.subtree_control").Contains(controller, StringComparison.Ordinal))
                File.WriteAllText(parent + "/cgroup.subtree_control", "+" + controller);
            return parent;
        }

        string[] entry = lines.FirstOrDefault(line => line[1].Split(',').Contains(controller)) ?? throw new IOException($"the kernel has no controller {controller}.");
        string exact = $"{Tree}/{controller}{entry[2]}";
        return Directory.Exists(exact) ? exact : $"{Tree}/{controller}";
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
