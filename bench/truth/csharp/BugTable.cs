using Loop.TruthBench.Csharp.Bugs;

namespace Loop.TruthBench.Csharp;

/// <summary>The last part of a path → the code that serves it.</summary>
internal static class BugTable
{
    public static IReadOnlyDictionary<string, Func<BugRequest, Task<object?>>> Bugs { get; } = new Dictionary<string, Func<BugRequest, Task<object?>>>
    {
        ["optional-field"] = OptionalField.Serve,
        ["rounding"] = Rounding.Serve,
        ["page"] = LastPage.Serve,
        ["schema"] = SchemaChange.Serve,
        ["time-zone"] = LocalTime.Serve,
        ["encoding"] = NameEncoding.Serve,
        ["header-case"] = HeaderCase.Serve,
        ["retry"] = SecondTry.Serve,
    };
}
