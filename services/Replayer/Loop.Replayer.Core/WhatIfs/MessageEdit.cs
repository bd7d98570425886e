using System.Buffers;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.WhatIfs;

/// <summary>A value that is set in a recorded message, in its JSON body or in a header.</summary>
/// <param name="Text">As typed.</param>
/// <param name="IsRequest">Request, or response.</param>
/// <param name="Path">Place in the body; null for a header.</param>
/// <param name="Header">Name in lower case; null for a place in the body.</param>
/// <param name="Value">As typed: JSON, or a word.</param>
public sealed record MessageEdit(string Text, bool IsRequest, ValuePathText? Path, string? Header, string Value)
{
    // RFC 9110 §5.6.2 (token).
    private static readonly SearchValues<char> TokenSymbols =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // The sender's, and the names of the replay.
    private static readonly HashSet<string> OwnHeaders =
        ["content-length", "content-encoding", "transfer-encoding", "connection", "host", "te", "upgrade", "trailer", "traceparent", "tracestate", "x-request-id", "baggage"];

    /// <summary>The message with the value set, and with a length, an encoding and digests that fit; or why that cannot be.</summary>
    public (Message? Message, string? Wrong) Apply(Message message)
    {
        if (Header is not null)
            return HeaderFault() is { } fault ? (null, fault) : (Set(message, Header), null);
        if (message.Part.Body.Truncated)
            return (null, "its body was not kept in full");
        if (ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) is not { } plain)
            return (null, $"its content-encoding {message.Part.Header("content-encoding")} cannot be undone");
        if (JsonEdit.Set(plain, Path!, Json(Value)) is not { } changed)
            return (null, new ValuePath(Path!).Read(message) is null ? $"it holds no value at {Path}" : $"{Path} cannot be told from other members of that name");
        return MessageRewriter.WithBody(message, plain, changed) is { } edited
            ? (edited, null)
            : (null, $"its content-encoding {message.Part.Header("content-encoding")} cannot be made");
    }

    private Message Set(Message message, string name) => message with
    {
        Part = message.Part with { Headers = [.. message.Part.Headers.Where(field => !field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)), new HeaderField(name, Value)] },
    };

    private string? HeaderFault() => (Header, Value) switch
    {
        ({ } name, _) when name.AsSpan().ContainsAnyExcept(TokenSymbols) => $"'{name}' is not the name of a header",
        ({ } name, _) when SecretHeaders.Contains(name) => $"{name} holds a secret, and edits are kept with the replay as typed: give a credential with --header or with credentials: in the sandbox file",
        ({ } name, _) when OwnHeaders.Contains(name) => $"{name} is set by the replay itself",
        (_, { } value) when value.Any(symbol => symbol is < ' ' and not '\t' or > 'ÿ' or '\x7f') => $"the value of {Header} holds characters that a header cannot carry",
        (_, { } value) when value.Contains(HeaderTreatment.TokenMark, StringComparison.Ordinal) => $"the value of {Header} is a redaction token, which is never sent",
        _ => null,
    };

    // 12.35 is a number and paid a word: people do not type JSON's quotes.
    private static byte[] Json(string typed)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(typed);
            return Encoding.UTF8.GetBytes(document.RootElement.GetRawText());
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetBytes(ValuePath.Quote(typed));
        }
    }
}
