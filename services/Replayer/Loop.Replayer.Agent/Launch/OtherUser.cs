using System.Globalization;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Launch;

/// <summary>
/// Makes a program run as another user than 0: in a user namespace of its own that knows this one user, with the same files behind it. A .NET process
/// has too many threads to enter one, so <c>unshare</c> does it in the place of the program, and closes the door behind itself: the number of further
/// user namespaces is set to 0, and the capabilities that come with a new one are given up. Everything is of util-linux and the shell.
/// </summary>
internal static class OtherUser
{
    private const string CloseAndBecome = "echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --ambient-caps=-all --inh-caps=-all -- \"$@\"";
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];

    /// <summary>The command that becomes <paramref name="command"/> as that user.</summary>
    /// <param name="command">The program and its arguments, as execve takes them.</param>
    /// <param name="user">The user's number.</param>
    /// <param name="isSealed">Whether the way into further user namespaces must be shut.</param>
    public static IReadOnlyList<string> Wrap(IReadOnlyList<string> command, int user, bool isSealed)
    {
        string number = user.ToString(CultureInfo.InvariantCulture);
        string[] enter = [Find("unshare"), "--map-user=" + number, "--map-group=" + number];
        return isSealed
            ? [.. enter, "--keep-caps", "--", Find("sh"), "-c", CloseAndBecome, "sh", .. command]
            : [.. enter, "--", .. command];
    }

    /// <summary>The machine's /etc/passwd, or /etc/group, with a line for the user: many programs ask for the name of their user and give up without one.</summary>
    public static string WithLine(string file, int user)
    {
        string text = File.Exists(file) ? File.ReadAllText(file) : "";
        string number = user.ToString(CultureInfo.InvariantCulture);
        if (text.Split('\n').Any(line => line.Split(':') is [_, _, var found, ..] && found == number))
            return text;
        string name = "loop" + number;
        return $"{text}{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}{(file.EndsWith("group", StringComparison.Ordinal) ? $"{name}:x:{number}:" : $"{name}:x:{number}:{number}::/tmp:/bin/sh")}\n";
    }

    private static string Find(string program) =>
        Folders.Select(folder => folder + "/" + program).FirstOrDefault(File.Exists)
        ?? throw new KernelRefusedException($"the program {program} is in none of {string.Join(", ", Folders)}: install util-linux", 0);
}
