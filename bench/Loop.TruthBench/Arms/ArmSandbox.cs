using System.Text;
using Loop.TruthBench.Bugs;
using Loop.TruthBench.Builds;
using Loop.TruthBench.Stack;

namespace Loop.TruthBench.Arms;

/// <summary>Writes the sandbox file of an arm, with the file that names its build.</summary>
internal static class ArmSandbox
{
    // Two levels below the language's folder, where the program lies. Each arm has a folder of its own, so that all have one environment:
    // a replay in another environment is no baseline.
    private const string Up = "../../";
    private const string BuildFile = "build.json";
    private const int Port = 8080;
    private const string PostgresAddress = "127.0.0.1:5432";
    private const string RedisAddress = "127.0.0.1:6379";

    /// <summary>Writes both and returns the path of the sandbox file.</summary>
    public static string Write(Workplace place, Arm arm)
    {
        string folder = place.Of(arm.Bug.Language);
        Directory.CreateDirectory(Path.Combine(folder, Folder(arm)));
        File.WriteAllText(Path.Combine(folder, Folder(arm), BuildFile), arm.Build.ToJson());
        string file = Path.Combine(folder, $"{arm.Bug.Name}.{arm.Name}.yaml");
        File.WriteAllText(file, Text(arm));
        return file;
    }

    internal static string Text(Arm arm)
    {
        StringBuilder text = new("version: 1\nservices:\n");
        WriteService(text, Services.Front, ".", Services.FrontCommand, "front.mjs", "none", new Dictionary<string, string>());
        if (arm.Kind is ArmKind.Elsewhere)
            text.Append($"  {arm.Bug.Core}:\n    state: recorded\n");
        else
            WriteCore(text, arm);
        WriteDependency(text, arm);
        text.Append("clock: shifted\n");
        text.Append($"timeZone: {(IsBroken(arm, BrokenHow.WrongTimeZone) ? "UTC" : Production.TimeZone)}\n");
        text.Append($"locale: {Production.Locale}\n");
        return text.ToString();
    }

    private static void WriteCore(StringBuilder text, Arm arm)
    {
        Language language = Language.Of(arm.Bug.Language);
        Dictionary<string, string> environment = new(language.Environment)
        {
            ["TRUTH_BUILD"] = BuildFile,
            ["TRUTH_CALLS"] = "1",
            ["TRUTH_POSTGRES"] = PostgresAddress,
            ["TRUTH_REDIS"] = RedisAddress,
        };
        if (IsBroken(arm, BrokenHow.WrongEnvironment))
            environment["TRUTH_OUTBOUND"] = "staging.example:80";
        WriteService(text, arm.Bug.Core, Folder(arm), language.Command(Up), $"{Folder(arm)}/{BuildFile}", IsBroken(arm, BrokenHow.UndeclaredState) ? "unknown" : "none", environment);
    }

    private static void WriteService(StringBuilder text, string name, string workFolder, IReadOnlyList<string> command, string buildFile, string state, Dictionary<string, string> environment)
    {
        text.Append($"  {name}:\n    command: [{string.Join(", ", command.Select(Quoted))}]\n    workFolder: {Quoted(workFolder)}\n    port: {Port}\n    health: /health\n");
        text.Append($"    build: {{ file: {Quoted(buildFile)} }}\n    state: {state}\n    environment:\n      TRUTH_PORT: {Quoted($"{Port}")}\n");
        foreach ((string variable, string value) in environment)
            text.Append($"      {variable}: {Quoted(value)}\n");
    }

    private static void WriteDependency(StringBuilder text, Arm arm)
    {
        if (arm.Bug.Needs is StateKind.None || arm.Kind is ArmKind.Elsewhere || IsBroken(arm, BrokenHow.DependencyDown))
            return;
        string seed = IsBroken(arm, BrokenHow.NoSeed) ? "" : arm.Bug.Needs switch
        {
            StateKind.Postgresql => $", seed: {{ sql: {arm.Bug.Seed} }}",
            _ => $", seed: {{ dump: {Path.ChangeExtension(arm.Bug.Seed, ".rdb")} }}",
        };
        text.Append("dependencies:\n");
        text.Append(arm.Bug.Needs is StateKind.Postgresql
            ? $"  rows: {{ kind: postgresql, service: {arm.Bug.Core}, port: 5432, database: truth, user: truth{seed} }}\n"
            : $"  rows: {{ kind: redis, service: {arm.Bug.Core}, port: 6379{seed} }}\n");
    }

    private static string Folder(Arm arm) => $"arms/{arm.Bug.Name}.{arm.Name}";

    private static bool IsBroken(Arm arm, BrokenHow how) => arm.Kind is ArmKind.Broken && arm.Bug.Broken == how;

    private static string Quoted(string word) => $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
