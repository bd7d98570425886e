using System.Runtime.InteropServices;

namespace Loop.Replayer.Agent.Linux;

/// <summary>
/// A child as the first process of a process namespace of its own. Not by <see cref="System.Diagnostics.Process"/>, which cannot, and not by
/// util-linux's unshare, whose version 2.38 loses the signal that ended its child.
/// </summary>
internal sealed class ChildProcess
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly bool _hasNamespace;

    private ChildProcess(int id, bool hasNamespace)
    {
        Id = id;
        _hasNamespace = hasNamespace;
    }

    /// <summary>The process's id as the agent sees it; the child itself is number 1.</summary>
    public int Id { get; }

    /// <summary>The exit code; 128 + n when signal n ended it.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Starts a program in a process namespace of its own. The child lives in the network of the calling thread.</summary>
    public static ChildProcess StartInNamespace(IReadOnlyList<string> command, IReadOnlyList<string> environment)
    {
        int own = Native.Check(Native.open("/proc/thread-self/ns/pid", 0x80000, 0), "open the agent's process namespace");
        Native.Check(Native.unshare(Native.CloneNewProcesses), "make a process namespace");
        try
        {
            // Between unshare and setns this thread can start processes but no threads: nothing that needs one may happen here.
            return Start(command, environment, hasNamespace: true);
        }
        finally
        {
            Native.Check(Native.setns(own, Native.CloneNewProcesses), "return to the agent's process namespace");
            _ = Native.close(own);
        }
    }

    /// <summary>Starts a program beside the agent.</summary>
    public static ChildProcess StartPlainly(IReadOnlyList<string> command, IReadOnlyList<string> environment) => Start(command, environment, hasNamespace: false);

    // Begun by the caller, on a thread that may start threads.
    public void Watch() => new Thread(Wait) { IsBackground = true, Name = "process " + Id }.Start();

    /// <summary>Signals the process; without a namespace its session too, which is the nearest to one.</summary>
    public void Signal(int signal)
    {
        if (!_exited.Task.IsCompleted)
            _ = Native.kill(_hasNamespace ? Id : -Id, signal);
    }

    private static unsafe ChildProcess Start(IReadOnlyList<string> command, IReadOnlyList<string> environment, bool hasNamespace)
    {
        NativeStrings arguments = new(command);
        NativeStrings variables = new(environment);
        int error = Native.posix_spawn(out int id, arguments.First, 0, 0, arguments.Pointer, variables.Pointer);
        return error == 0 ? new ChildProcess(id, hasNamespace) : throw new KernelRefusedException($"start {command[0]}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private void Wait()
    {
        const int interrupted = 4;
        int status;
        while (Native.waitpid(Id, out status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != interrupted)
                throw new InvalidOperationException($"Process {Id} is no child of the agent.");
        }

        int signal = status & 0x7f;
        _exited.SetResult(signal == 0 ? (status >> 8) & 0xff : 128 + signal);
    }
}
