using System.Runtime.InteropServices;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Launch;

/// <summary>Path candidates, arguments and environment in the form that execve takes, made while memory and code are still to be had.</summary>
internal sealed unsafe class ProgramImage
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private readonly nint[] _candidates;
    private readonly NativeStrings _arguments;
    private readonly NativeStrings _environment;

    private ProgramImage(nint[] candidates, NativeStrings arguments, NativeStrings environment)
    {
        _candidates = candidates;
        _arguments = arguments;
        _environment = environment;
    }

    public static ProgramImage Prepare(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        Dictionary<string, string> variables = new() { ["PATH"] = DefaultPath, ["HOME"] = "/tmp", ["TMPDIR"] = "/tmp" };
        foreach ((string name, string value) in environment)
            variables[name] = value;
        string[] candidates = command[0].Contains('/', StringComparison.Ordinal)
            ? [command[0]]
            : [.. variables["PATH"].Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => folder + "/" + command[0])];
        return new ProgramImage(
            [.. candidates.Select(Marshal.StringToCoTaskMemUTF8)], new NativeStrings(command), new NativeStrings([.. variables.Select(entry => entry.Key + "=" + entry.Value)]));
    }

    /// <summary>Becomes the program, or returns the error of the candidate that came nearest.</summary>
    public int Execute()
    {
        int nearest = 2;
        foreach (nint candidate in _candidates)
        {
            _ = Native.execve((byte*)candidate, _arguments.Pointer, _environment.Pointer);
            int error = Marshal.GetLastPInvokeError();
            if (error != 2 && error != 20)
                nearest = error;
        }

        return nearest;
    }
}
