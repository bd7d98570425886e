using Loop.LoadLab.Results;

namespace Loop.LoadLab;

/// <summary>Something that can be measured.</summary>
internal interface IScenario
{
    /// <summary>What one types.</summary>
    string Name { get; }

    /// <summary>What it answers.</summary>
    string Description { get; }

    /// <summary>Measures; everything that it started is ended when this returns.</summary>
    Task<LabResult> Run(LabContext context, CancellationToken cancellationToken);
}

/// <summary>What every scenario is given.</summary>
/// <param name="Loopd">The executable under test.</param>
/// <param name="Directory">An empty directory, removed at the end.</param>
/// <param name="Rounds">Runs of each variant; they alternate.</param>
/// <param name="Seconds">Of each measured run.</param>
/// <param name="IsQuick">Fewer variants, to see that it works; the numbers mean nothing.</param>
/// <param name="Time">The clock.</param>
internal sealed record LabContext(string Loopd, string Directory, int Rounds, double Seconds, bool IsQuick, TimeProvider Time)
{
    /// <summary>This program, for the processes that it starts of itself.</summary>
    public static string Self => Environment.ProcessPath!;

    /// <summary>Progress goes to standard error; standard output belongs to the tables.</summary>
    public static void Say(string text) => Console.Error.WriteLine($"  {text}");
}
