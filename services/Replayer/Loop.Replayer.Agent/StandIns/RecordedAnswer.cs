using System.Globalization;
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

    /// <summary>Status, headers, body and trailers as recorded; what broke off when it was recorded breaks off again at the same byte.</summary>
    public static async Task Play(HttpContext context, RecordedCall call, ServedCall served)
    {
        if (call.Answer is not { } answer || !int.TryParse(answer.Part.Header(":status"), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            context.Abort();
            return;
        }

        await PlayedAnswer.Write(context, status, [.. answer.Part.Headers.Where(field => !IsToken(field))], answer.Body, answer.Part.Trailers, breaksOff: call.End is ExchangeEnd.BrokenOff, served);
    }

    /// <summary>Headers of the answer whose values are redaction tokens: they are left out, since a token is never sent.</summary>
    public static IReadOnlyList<string> Tokens(RecordedCall call) => call.Answer is { } answer ? [.. answer.Part.Headers.Where(IsToken).Select(field => field.Name).Distinct()] : [];

    /// <summary>Says loudly that the recording has no answer.</summary>
    public static Task Refuse(HttpContext context, string why)
    {
        context.Response.StatusCode = StatusCodes.Status502BadGateway;
        context.Response.Headers[MissHeader] = "1";
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync($"Loop has no recorded answer to this call: {why}.\n", context.RequestAborted);
    }

    private static bool IsToken(HeaderField field) => field.Value.Contains(HeaderTreatment.TokenMark, StringComparison.Ordinal);
}
