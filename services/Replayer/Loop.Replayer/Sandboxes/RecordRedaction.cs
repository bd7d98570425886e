using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Sandboxes;

/// <summary>Replaces secrets in a run's record by tokens, as a capture node would: from here on only this form is compared and stored.</summary>
internal static class RecordRedaction
{
    /// <summary>Redacts all headers and trailers in one go.</summary>
    /// <param name="record">The run.</param>
    /// <param name="restore">Puts recorded tokens in the place of those that were minted for the replay.</param>
    /// <param name="redact">Gives as many fields back as it was given, in the same order.</param>
    public static async Task<RunRecord> Apply(RunRecord record, Func<string, string> restore, Func<IReadOnlyList<HeaderField>, Task<IReadOnlyList<HeaderField>>> redact)
    {
        HeaderField[] all = [.. Lists(record).SelectMany(list => list).Select(field => field with { Value = restore(field.Value) })];
        Queue<HeaderField> redacted = new(all.Length == 0 ? [] : await redact(all));
        if (redacted.Count != all.Length)
            throw new InvalidOperationException($"{all.Length} headers were redacted to {redacted.Count}.");
        IReadOnlyList<HeaderField> Next(IReadOnlyList<HeaderField> list) => [.. list.Select(_ => redacted.Dequeue())];
        return record with
        {
            Earlier = [.. record.Earlier.Select(driven => Redacted(driven, Next))],
            Driven = [.. record.Driven.Select(driven => Redacted(driven, Next))],
            Calls = [.. record.Calls.Select(call => Redacted(call, Next))],
        };
    }

    // In the order in which Apply takes them back.
    private static IEnumerable<IReadOnlyList<HeaderField>> Lists(RunRecord record)
    {
        foreach (Answer answer in record.Earlier.Concat(record.Driven).SelectMany(driven => driven.Attempts.Prepend(driven.Answer)).OfType<Answer>())
        {
            yield return answer.Headers;
            yield return answer.Trailers;
        }

        foreach (ServedCall call in record.Calls)
        {
            yield return call.Request.Part.Headers;
            yield return call.Request.Part.Trailers;
            foreach (Answer answer in call.Attempts.Prepend(call.Answer).OfType<Answer>())
            {
                yield return answer.Headers;
                yield return answer.Trailers;
            }
        }
    }

    private static DrivenHop Redacted(DrivenHop driven, Func<IReadOnlyList<HeaderField>, IReadOnlyList<HeaderField>> next)
    {
        Answer? answer = driven.Answer is { } given ? Redacted(given, next) : null;
        return driven with { Answer = answer, Attempts = [.. driven.Attempts.Select(attempt => Redacted(attempt, next))] };
    }

    private static ServedCall Redacted(ServedCall call, Func<IReadOnlyList<HeaderField>, IReadOnlyList<HeaderField>> next)
    {
        HttpMessagePart part = call.Request.Part;
        IReadOnlyList<HeaderField> headers = next(part.Headers);
        Message request = call.Request with { Part = part with { Headers = headers, Trailers = next(part.Trailers) } };
        Answer? answer = call.Answer is { } given ? Redacted(given, next) : null;
        return call with { Request = request, Answer = answer, Attempts = [.. call.Attempts.Select(attempt => Redacted(attempt, next))] };
    }

    private static Answer Redacted(Answer answer, Func<IReadOnlyList<HeaderField>, IReadOnlyList<HeaderField>> next)
    {
        IReadOnlyList<HeaderField> headers = next(answer.Headers);
        return answer with { Headers = headers, Trailers = next(answer.Trailers) };
    }
}
