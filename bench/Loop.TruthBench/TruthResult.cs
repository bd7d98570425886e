using System.Text;
using System.Text.Json;
using Loop.TruthBench.Matrix;
using Loop.TruthBench.Replays;

namespace Loop.TruthBench;

/// <summary>What a run of the bench found.</summary>
/// <param name="Replays">Every replay with its report.</param>
/// <param name="WrongAnswers">Answers of stand-ins that belonged to another call.</param>
/// <param name="Bugs">How many bugs were checked.</param>
internal sealed record TruthResult(IReadOnlyList<ArmReplay> Replays, Count WrongAnswers, int Bugs)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What Loop said.</summary>
    public TruthMatrix Matrix { get; } = TruthMatrix.Of([.. Replays.Select(Judged.Of)]);

    /// <summary>What a careless rule says of the same replays.</summary>
    public TruthMatrix Lying { get; } = TruthMatrix.Of([.. Replays.Select(Judged.Lying)]);

    /// <summary>True when the careless rule scores visibly worse: it calls something reproduced or fixed that is not, which Loop does not.</summary>
    public bool TellsLiesApart => Lying.FalseReproduced.Value + Lying.FalseFixed.Value > Matrix.FalseReproduced.Value + Matrix.FalseFixed.Value;

    /// <summary>Tables for people.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine($"### Verdicts of Loop: {Bugs} bugs, {Replays.Count} replays\n").AppendLine(MatrixText.Of(Matrix));
        text.AppendLine("### The same replays judged by the entry's answer alone\n").AppendLine(MatrixText.Of(Lying));
        text.AppendLine(MatrixText.Shares(Matrix, Lying, WrongAnswers));
        text.AppendLine("### How long a replay took\n").AppendLine(ReplayTimes.Table(Replays));
        ArmReplay[] wrong = [.. Replays.Where(replay => !replay.IsRight)];
        if (wrong.Length > 0)
            text.AppendLine("### Verdicts against their label\n").AppendLine(string.Join('\n', wrong.Select(replay => $"- {replay}")));
        return text.ToString();
    }

    /// <summary>For programs.</summary>
    public string ToJson(string machine) => JsonSerializer.Serialize(
        new
        {
            machine,
            bugs = Bugs,
            rows = Matrix.Rows,
            reproduced = Matrix.Reproduced,
            falseReproduced = Matrix.FalseReproduced,
            @fixed = Matrix.Fixed,
            falseFixed = Matrix.FalseFixed,
            againstLabel = Matrix.Wrong,
            wrongAnswers = WrongAnswers,
            careless = new { rows = Lying.Rows, reproduced = Lying.Reproduced, falseReproduced = Lying.FalseReproduced, @fixed = Lying.Fixed, falseFixed = Lying.FalseFixed, againstLabel = Lying.Wrong },
            replays = Replays.Select(replay => new
            {
                bug = replay.Arm.Bug.Id,
                kind = replay.Arm.Bug.Kind,
                arm = replay.Arm.Name,
                verdict = replay.Verdict?.ToString().ToLowerInvariant(),
                row = replay.Text("row"),
                reason = replay.Text("reason") ?? replay.Error,
                allowed = replay.Label.Allowed.Select(verdict => verdict.ToString().ToLowerInvariant()),
                isRight = replay.IsRight,
                seconds = Math.Round(replay.Seconds, 2),
                times = ReplayTimes.Of(replay),
            }),
        },
        Json);
}
