using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Launch;

/// <summary>
/// Builds what a service sees of the file system and makes it the root. Only what is listed here exists: a unix socket of the host can be
/// connected to wherever its path can be seen, even through a read-only mount, so hiding single folders would not do.
/// </summary>
internal static class FileSystemView
{
    /// <summary>Folders of the machine that every service sees.</summary>
    public static readonly string[] Programs = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix"];
    private static readonly string[] Private = ["/tmp", "/run", "/var", "/home", "/root"];
    private static readonly string[] Devices = ["null", "zero", "full", "random", "urandom", "tty"];
    private static readonly string[] UserFiles = ["/etc/passwd", "/etc/group"];
    private static readonly string[] Machine = ["/sys/devices/system", "/sys/fs/cgroup"];

    // Host-wide switches belong to the host's root user, which the service is when Loop itself runs as root.
    private static readonly string[] KernelSwitches = ["sys", "irq", "bus", "fs", "sysrq-trigger", "kcore", "keys", "acpi", "scsi"];

    /// <summary>Returns inside the new root.</summary>
    public static void Build(LaunchPlan plan)
    {
        string root = plan.Root;
        Mounts.MakePrivate();
        Mounts.Temporary(root);
        foreach (string folder in Programs)
            Mirror(root, folder);
        foreach (string entry in Directory.EnumerateFileSystemEntries("/etc"))
            Mirror(root, entry);
        foreach (string folder in Private)
            PrivateFolder(root, folder);
        foreach (string folder in new[] { "/var/tmp", "/var/lib", "/var/log", "/var/cache", "/var/lock", "/run/lock" })
            Directory.CreateDirectory(root + folder);
        Directory.CreateSymbolicLink(root + "/var/run", "/run");
        MakeDevices(root + "/dev");
        foreach (string folder in Machine.Where(Directory.Exists))
            Mounts.BindReadOnly(folder, Folder(root + folder));
        MakeProcesses(Folder(root + "/proc"), isOtherUser: plan.UserId != 0);
        foreach (string folder in plan.Folders)
            Mounts.Overlay(folder, Folder(root + folder), Folder(root + "/.empty"));
        Mounts.BindWritable(plan.WorkSource, Folder(root + plan.WorkFolder));
        WriteFiles(root, [.. Names(plan.Service), .. Users(plan.UserId), .. plan.Files]);
        HideSockets(root, plan.HiddenSockets);
        // Last: nothing can be added at the top level any more.
        Mounts.MakeReadOnly(root);
        Mounts.Enter(root);
    }

    private static IEnumerable<KeyValuePair<string, byte[]>> Names(string service) =>
    [
        new("/etc/hosts", System.Text.Encoding.UTF8.GetBytes($"127.0.0.1 localhost {service}\n::1 localhost\n")),
        new("/etc/hostname", System.Text.Encoding.UTF8.GetBytes(service + "\n")),
        new("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n"u8.ToArray()),
        new("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\n"u8.ToArray()),
    ];

    private static IEnumerable<KeyValuePair<string, byte[]>> Users(int user) =>
        user == 0 ? [] : UserFiles.Select(file => new KeyValuePair<string, byte[]>(file, System.Text.Encoding.UTF8.GetBytes(OtherUser.WithLine(file, user))));

    // Symbolic links are made again, files and folders are bound.
    private static void Mirror(string root, string path)
    {
        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (info.LinkTarget is { } target)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(root + path)!);
            File.CreateSymbolicLink(root + path, target);
        }
        else if (info is DirectoryInfo)
        {
            Mounts.BindReadOnly(path, Folder(root + path));
        }
        else if (info.Exists)
        {
            Mounts.BindReadOnly(path, EmptyFile(root + path));
        }
    }

    private static void PrivateFolder(string root, string folder) => Mounts.Temporary(Folder(root + folder));

    private static void MakeDevices(string folder)
    {
        Mounts.Temporary(Folder(folder));
        foreach (string device in Devices)
            Mounts.Bind("/dev/" + device, EmptyFile(folder + "/" + device));
        File.CreateSymbolicLink(folder + "/fd", "/proc/self/fd");
        File.CreateSymbolicLink(folder + "/stdin", "/proc/self/fd/0");
        File.CreateSymbolicLink(folder + "/stdout", "/proc/self/fd/1");
        File.CreateSymbolicLink(folder + "/stderr", "/proc/self/fd/2");
        Mounts.Temporary(Folder(folder + "/shm"));
        Mounts.MakeReadOnly(folder);
    }

    private static void MakeProcesses(string folder, bool isOtherUser)
    {
        Mounts.Processes(folder);
        string userLimits = folder + "/sys/user";
        if (isOtherUser)
            Mounts.Bind(userLimits, userLimits);
        foreach (string name in KernelSwitches.Where(name => Path.Exists(folder + "/" + name)))
            Mounts.BindReadOnly(folder + "/" + name, folder + "/" + name);
        // These belong to the user namespace of whoever opens them, and to its capabilities: a service without any can only read them.
        if (isOtherUser)
            Mounts.MakeWritable(userLimits);
    }

    private static void WriteFiles(string root, IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        string staging = Folder(root + "/.files");
        int count = 0;
        foreach ((string path, byte[] content) in files)
        {
            FileInfo file = new(root + path);
            if (file.LinkTarget is not null)
                file.Delete();
            Directory.CreateDirectory(file.DirectoryName!);
            string staged = $"{staging}/{count++}";
            File.WriteAllBytes(staged, content);
            if (!File.Exists(root + path))
                EmptyFile(root + path);
            Mounts.BindReadOnly(staged, root + path);
        }
    }

    // An empty file over each socket: the service may see the folder, but nobody answers there.
    private static void HideSockets(string root, IEnumerable<string> sockets)
    {
        foreach (string socket in sockets.Where(socket => File.Exists(root + socket)))
            Mounts.BindReadOnly("/dev/null", root + socket);
    }

    private static string Folder(string path)
    {
        Directory.CreateDirectory(path);
        return path;
    }

    private static string EmptyFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
        return path;
    }
}
