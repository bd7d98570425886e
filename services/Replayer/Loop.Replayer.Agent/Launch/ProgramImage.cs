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
        Dictionary<string, string> variables = Variables(environment);
        return new ProgramImage(
            [.. Candidates(command[0], variables).Select(Marshal.StringToCoTaskMemUTF8)], new NativeStrings(command), new NativeStrings([.. variables.Select(entry => entry.Key + "=" + entry.Value)]));
    }

    /// <summary>The same, as another user. Which candidate it is must be known here, since somebody else becomes it.</summary>
    public static ProgramImage PrepareAs(int user, bool isSealed, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        string? program = Candidates(command[0], Variables(environment)).FirstOrDefault(File.Exists);
        // Without any, the failing execve says what it always says.
        return Prepare(program is null ? command : OtherUser.Wrap([program, .. command.Skip(1)], user, isSealed), environment);
    }

    private static Dictionary<string, string> Variables(IReadOnlyDictionary<string, string> environment)
    {
        Dictionary<string, string> variables = new() { ["PATH"] = DefaultPath, ["HOME"] = "/tmp", ["TMPDIR"] = "/tmp" };
        foreach ((string name, string value) in environment)
            variables[name] = value;
        return variables;
    }

    private static string[] Candidates(string program, Dictionary<string, string> variables) => program.Contains('/', StringComparison.Ordinal)
        ? [program]
        : [.. variables["PATH"].Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => folder + "/" + program)];

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
