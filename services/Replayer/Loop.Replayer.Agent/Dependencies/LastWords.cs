using Loop.Replayer.Agent.Launch;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>What a program said last, for a reason that a user can act on.</summary>
internal static class LastWords
{
    private const int TailBytes = 4096, Lines = 4, Characters = 600;

    /// <summary>A sentence: why the launcher gave up, or the end of the program's log.</summary>
    public static string Of(LaunchPlan launch)
    {
        string refusal = File.Exists(launch.Failure) ? File.ReadAllText(launch.Failure) : "";
        if (refusal.Length > 0)
            return refusal + ".";
        // Lines without letters point at a place in the line above them (psql), which is not quoted alone.
        string[] lines = [.. Tail(launch.Log).Split('\n').Select(line => line.Trim()).Where(line => line.Any(char.IsAsciiLetter)).TakeLast(Lines)];
        string words = string.Join(" / ", lines);
        return words.Length == 0 ? "It left no word." : $"Its last words: {(words.Length > Characters ? words[^Characters..] : words)}";
    }

    private static string Tail(string log)
    {
        if (!File.Exists(log))
            return "";
        using FileStream file = new(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(TailBytes, file.Length), SeekOrigin.End);
        using StreamReader reader = new(file);
        return reader.ReadToEnd();
    }
}
