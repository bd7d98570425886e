using System.Globalization;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.StandIns;
using Microsoft.AspNetCore.Http;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Plays a recorded answer to a live service.</summary>
internal static class RecordedAnswer
{
    /// <summary>Names an answer that Loop made; no recording has it.</summary>
    public const string MissHeader = "x-loop-miss";

    /// <summary>How the answer begins; null when none did.</summary>
    public static AnswerStart? Start(RecordedCall call)
    {
        if (call.Answer is not { } answer || !int.TryParse(answer.Part.Header(":status"), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
            return null;
        return new AnswerStart(status, [.. answer.Part.Headers.Where(field => !IsToken(field))], call.End is ExchangeEnd.BrokenOff ? null : answer.Body.Length, answer.Part.Trailers.Count > 0);
    }

    /// <summary>Status, headers, body and trailers as recorded; what broke off when it was recorded breaks off again at the same byte.</summary>
    public static Task Play(ICallExchange exchange, RecordedCall call)
    {
        if (Start(call) is not { } start)
        {
            exchange.Reset();
            return Task.CompletedTask;
        }

        // A proxy ends its own connection when its upstream broke off, however that did.
        return PlayedAnswer.Write(exchange, start, call.Answer!.Body, call.Answer.Part.Trailers, call.End is ExchangeEnd.BrokenOff ? AnswerBreak.End : AnswerBreak.None);
    }

    /// <summary>Headers of the answer whose values are redaction tokens: they are left out, since a token is never sent.</summary>
    public static IReadOnlyList<string> Tokens(RecordedCall call) => call.Answer is { } answer && answer.Part.Headers.Any(IsToken) ? [.. answer.Part.Headers.Where(IsToken).Select(field => field.Name).Distinct()] : [];

    /// <summary>Says loudly that the recording has no answer.</summary>
    public static Task Refuse(ICallExchange exchange, string why) =>
        PlayedAnswer.Write(exchange, StatusCodes.Status502BadGateway, [new(MissHeader, "1"), new("content-type", "text/plain")], Encoding.UTF8.GetBytes($"Loop has no recorded answer to this call: {why}.\n"));

    /// <summary>The same behind messages that were given already: 14 is gRPC's UNAVAILABLE.</summary>
    public static IReadOnlyList<HeaderField> Refusal(string why) => [new("grpc-status", "14"), new("grpc-message", Uri.EscapeDataString($"Loop has no recorded answer to this call: {why}")), new(MissHeader, "1")];

    private static bool IsToken(HeaderField field) => field.Value.Contains(HeaderTreatment.TokenMark, StringComparison.Ordinal);
}
