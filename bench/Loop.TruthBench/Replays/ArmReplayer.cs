using System.Text.Json;
using Loop.TruthBench.Arms;
using Loop.TruthBench.Capture;
using Loop.TruthBench.Matrix;
using Loop.TruthBench.Stack;

namespace Loop.TruthBench.Replays;

/// <summary>Replays arms as a user does, one after the other: parallel replays change timing.</summary>
internal sealed class ArmReplayer(LoopProcess loop, Workplace place, Labels labels, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Replays one arm.</summary>
    public async Task<ArmReplay> Replay(Arm arm, string conversation, CancellationToken cancellationToken)
    {
        string file = ArmSandbox.Write(place, arm);
        long started = time.GetTimestamp();
        using CancellationTokenSource limit = new(Limit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            (int code, string output, string errors) = await Command.Try(
                [loop.Loopctl, "replay", conversation, "--sandbox", file, "--json"], new Dictionary<string, string> { ["LOOP_URL"] = loop.Http.ToString() }, either.Token);
            JsonElement? report = Parse(output);
            return new ArmReplay(arm, labels.Of(arm), report, report is null ? $"exit code {code}: {errors}{output}" : null, time.GetElapsedTime(started).TotalSeconds);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ArmReplay(arm, labels.Of(arm), null, $"no end within {Limit.TotalMinutes:0} minutes", time.GetElapsedTime(started).TotalSeconds);
        }
    }

    /// <summary>How often the service with the bug was given the answer to another call; nothing of nothing where it was not live.</summary>
    public async Task<Count> WrongAnswers(ArmReplay replay, CancellationToken cancellationToken)
    {
        if (replay.Text("id") is not { } id || replay.Arm.Kind is ArmKind.Elsewhere)
            return new Count(0, 0);
        (_, string log, _) = await Command.Try([loop.Loopctl, "replays", "log", id, replay.Arm.Bug.Core], new Dictionary<string, string> { ["LOOP_URL"] = loop.Http.ToString() }, cancellationToken);
        return CallNames.Wrong(log);
    }

    private static JsonElement? Parse(string output)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(output) is { ValueKind: JsonValueKind.Object } report && report.TryGetProperty("verdict", out _) ? report : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
