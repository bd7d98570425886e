using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Writes an answer to a live service: status, headers, body and trailers; one that broke off breaks off again at the same byte.</summary>
internal static class PlayedAnswer
{
    public static async Task Write(ICallExchange exchange, AnswerStart start, ReadOnlyMemory<byte> body, IReadOnlyList<HeaderField> trailers, AnswerBreak breaksOff)
    {
        exchange.Begin(start);
        await exchange.Write(body, exchange.Aborted);
        if (breaksOff is AnswerBreak.None)
            await exchange.End(trailers, exchange.Aborted);
        else
            await exchange.BreakOff(breaksOff is AnswerBreak.Reset, exchange.Aborted);
    }

    /// <summary>An answer in words of our own.</summary>
    public static Task Write(ICallExchange exchange, int status, IReadOnlyList<HeaderField> headers, ReadOnlyMemory<byte> body) =>
        Write(exchange, new AnswerStart(status, [.. headers, new("content-length", $"{body.Length}")], body.Length), body, [], AnswerBreak.None);
}

/// <summary>How an answer ends before its end.</summary>
internal enum AnswerBreak
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The connection ends.</summary>
    End,

    /// <summary>The connection is reset.</summary>
    Reset,
}
