using System.Runtime.InteropServices;
using System.Text;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Launch;

/// <summary>
/// The last process before a service: the first one of a process namespace, already in the service's network. It builds the service's view of the file system, gives up every right and becomes the service by execve. Credentials, filters
/// and the other namespaces belong to the calling thread, so all of it happens on one, and execve ends all others.
/// </summary>
internal static class Launcher
{
    /// <summary>The command could not be executed; the failure file says why.</summary>
    public const int CommandMissing = 127;

    /// <summary>The fences could not be put up; the failure file says why.</summary>
    public const int NotSealed = 126;

    private const int NoSuchFile = 2, NoAccess = 13, NoDirectory = 20;

    /// <summary>Returns only when it fails.</summary>
    public static int Run(string planFile)
    {
        LaunchPlan plan = AgentLine.Read(File.ReadAllText(planFile), LaunchJson.Default.LaunchPlan);
        const int writeCreateTruncate = 0x1 | 0x40 | 0x200 | 0x80000, writeCreateAppend = 0x1 | 0x40 | 0x400 | 0x80000, readOnly = 0x80000;
        // All files outside the new root are opened, and everything is compiled and loaded, while the old root is still there.
        int failure = Native.Check(Native.open(plan.Failure, writeCreateTruncate, 0x180), "open the failure file");
        try
        {
            foreach (string file in plan.ControlGroups)
                File.WriteAllText(file, "0");
            int log = Native.Check(Native.open(plan.Log, writeCreateAppend, 0x180), "open the log");
            int input = Native.Check(Native.open(plan.Input ?? "/dev/null", readOnly, 0), "open the input");
            if (plan.IsSealed)
            {
                Native.Check(Native.unshare(Native.CloneNewMounts | Native.CloneNewHostName | Native.CloneNewMessages), "make mount, host name and IPC namespaces");
                FileSystemView.Build(plan);
                Native.Check(Native.sethostname(plan.Service, plan.Service.Length), "set the host name");
            }

            if (!Directory.Exists(plan.WorkFolder))
                throw new KernelRefusedException($"the work folder {plan.WorkFolder} does not exist", NoDirectory);
            Environment.CurrentDirectory = plan.IsSealed ? plan.WorkFolder : plan.WorkSource;
            bool isOther = plan.UserId != 0 && (plan.IsSealed || Environment.IsPrivilegedProcess);
            ProgramImage image = isOther ? ProgramImage.PrepareAs(plan.UserId, plan.IsSealed, plan.Command, plan.Environment) : ProgramImage.Prepare(plan.Command, plan.Environment);
            _ = Native.setsid();
            ResetSignals();
            CloseInherited();
            _ = Native.dup2(input, 0);
            _ = Native.dup2(log, 1);
            _ = Native.dup2(log, 2);
            if (plan.IsSealed)
            {
                Rights.GiveUp(exceptMapping: isOther);
                SystemCallFilter.Load(allowsUserNamespace: isOther);
            }

            int error = image.Execute();
            string reason = error is NoSuchFile ? "it does not exist in the sandbox" : Marshal.GetPInvokeErrorMessage(error);
            Tell(failure, $"{plan.Command[0]} cannot be executed: {reason}");
            return error is NoSuchFile or NoAccess or NoDirectory ? CommandMissing : NotSealed;
        }
        catch (Exception error)
        {
            Tell(failure, error is KernelRefusedException ? error.Message : error.ToString());
            return NotSealed;
        }
    }

    private static void Tell(int failure, string reason)
    {
        byte[] text = Encoding.UTF8.GetBytes(reason);
        _ = Native.write(failure, text, text.Length);
    }

    // .NET ignores SIGPIPE, and what is ignored stays so across execve: a service must find the defaults.
    private static void ResetSignals()
    {
        const int kill = 9, stop = 19;
        for (int signal = 1; signal < 32; signal++)
        {
            if (signal is not (kill or stop))
                _ = Native.signal(signal, 0);
        }
    }

    // Closed at execve rather than now: the runtime still uses its own.
    private static void CloseInherited()
    {
        const int closeOnExec = 4;
        Native.Check(Native.syscall(SystemCalls.CloseRange, 3, int.MaxValue, closeOnExec, 0, 0), "close inherited descriptors");
    }
}
