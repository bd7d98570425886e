using Loop.Cli.Terminal;
using Loop.Contracts.Replays;

namespace Loop.Cli.Replays;

/// <summary>What only a replay in a sandbox has, for people.</summary>
internal static class SandboxText
{
    public static void Write(CliContext context, SandboxReport sandbox)
    {
        // Which services run is not known before a replay has begun.
        if (sandbox.Live.Count > 0)
            context.Console.PutLine($"live         {SafeText.Line(string.Join(", ", sandbox.Live))}");
        if (sandbox.Judged is { } judged)
            context.Console.PutLine($"judged       {SafeText.Line(judged)}");
        if (sandbox.UnsealedBecause is { } reason)
            context.Console.PutLine($"unsealed     {SafeText.Line(reason)}", StatusText.Doubtful);
        if (sandbox.Control is not "notRun")
            context.Console.PutLine($"control      {SafeText.Line(sandbox.Control)}");
        if (sandbox.Noise is { } noise)
            WriteNoise(context, noise);
        foreach (RunReport run in sandbox.Runs)
            WriteRun(context, run, sandbox.Runs.Count);
        ReplayText.WriteList(context, "listed", sandbox.Listed);
    }

    private static void WriteNoise(CliContext context, NoiseReport noise)
    {
        string runs = $"{Units.Count(noise.Runs, "run")} of {SafeText.Line(noise.LearnedBy)}";
        context.Console.PutLine(noise.Refusal is { } refusal ? $"noise        nothing learned: {SafeText.Line(refusal)}" : $"noise        {Units.Count(noise.Masked.Count, "place")} learned to vary from {runs}", noise.Refusal is null ? "" : StatusText.Doubtful);
        ReplayText.WriteList(context, "", noise.Masked);
        ReplayText.WriteList(context, "not masked", noise.Unmasked);
    }

    private static void WriteRun(CliContext context, RunReport run, int count)
    {
        string pace = run.PaceRatio is { } ratio ? $", {ratio:0.#} × the recorded duration" : "";
        string verdict = count == 1 ? "" : $"{ReplayText.NameOf(run.Verdict)} ({SafeText.Line(run.Row)}), ";
        context.Console.PutLine($"run {run.Number,-8} {verdict}prepared in {Units.Milliseconds(run.PrepareMs)}, drove {Units.Milliseconds(run.DriveMs)}, compared {Units.Milliseconds(run.CompareMs)}{pace}");
        if (run.Assignment is { } assignment)
            context.Console.PutLine($"             {SafeText.Line(assignment)}", StatusText.Faint);
        foreach (MissReport miss in run.Misses)
        {
            context.Console.PutLine($"miss         {SafeText.Line(miss.Call)} by {SafeText.Line(miss.Caller)}: {SafeText.Line(miss.Why)}", StatusText.Doubtful);
            foreach (string nearest in miss.Nearest)
                context.Console.PutLine($"               nearest: {SafeText.Line(nearest)}", StatusText.Faint);
        }

        ReplayText.WriteList(context, "refused", run.Refused);
        ReplayText.WriteList(context, "background", run.Background);
        ReplayText.WriteList(context, "no clock", run.ClockNotReached ?? []);
    }
}
