namespace Loop.Cli;

/// <summary>
/// What loopctl's exit codes mean; documented in <c>docs/reference/cli.md</c>. 0–4 are a replay's verdicts, faults start at 64
/// (the numbers of <c>sysexits.h</c>), so that a script never takes a fault for a verdict.
/// </summary>
public static class ExitCodes
{
    /// <summary>Done; of a replay: reproduced.</summary>
    public const int Success = 0;

    /// <summary><c>status</c>: the server answers and is not ready.</summary>
    public const int NotReady = 1;

    /// <summary><c>test</c>: a verdict was not the expected one.</summary>
    public const int TestFailed = 1;

    /// <summary><c>test</c>: no verdict was other than expected, and at least one test said nothing.</summary>
    public const int TestInconclusive = 3;

    /// <summary>The command line, or a value on it, is wrong.</summary>
    public const int Usage = 64;

    /// <summary>A name fits several things, or the request several choices; the candidates are listed.</summary>
    public const int Ambiguous = 65;

    /// <summary>No such conversation, hop, body or replay.</summary>
    public const int NotFound = 66;

    /// <summary>No server answers.</summary>
    public const int Unreachable = 69;

    /// <summary>The server failed.</summary>
    public const int ServerFailed = 70;

    /// <summary>A file could not be written, or a port not be opened.</summary>
    public const int InputOutput = 74;

    /// <summary>The answer is none of Loop's.</summary>
    public const int BadAnswer = 76;

    /// <summary>The server does not allow it.</summary>
    public const int NotAllowed = 77;

    /// <summary>Ended by Ctrl-C before it was done.</summary>
    public const int Interrupted = 130;
}
