using System.Text.Json;
using Loop.Contracts.Api;

namespace Loop.Cli.Terminal;

/// <summary>JSON for scripts: what the API answered, nothing added.</summary>
public static class JsonOutput
{
    /// <summary>One document, indented.</summary>
    public static void Document<T>(CliContext context, T value) => context.Output.WriteLine(JsonSerializer.Serialize(value, LoopJson.Indented));

    /// <summary>One document on one line.</summary>
    public static void Line<T>(CliContext context, T value)
    {
        context.Output.WriteLine(JsonSerializer.Serialize(value, LoopJson.Options));
        context.Output.Flush();
    }
}
