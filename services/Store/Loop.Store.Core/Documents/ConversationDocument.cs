using System.Text.Json;
using System.Text.Json.Serialization;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Documents;

/// <summary>A sealed conversation outside of any store: its events, exchanges and bodies in one file. Layout: <c>docs/formats/test-folder.md</c>.</summary>
public sealed record ConversationDocument
{
    /// <summary>What <see cref="Format"/> says.</summary>
    public const string FormatName = "loop-conversation";

    /// <summary>The version that is written, and the newest one that is read.</summary>
    public const int CurrentVersion = 1;

    /// <summary><see cref="FormatName"/>.</summary>
    public required string Format { get; init; }

    /// <summary>Version of the layout, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Id of the conversation.</summary>
    public required string Id { get; init; }

    /// <summary>Its facts in order, as they are stored.</summary>
    public required IReadOnlyList<DocumentEvent> Events { get; init; }

    /// <summary>Its exchanges, secrets redacted as they were at capture, each with everything but bodies.</summary>
    public required IReadOnlyList<Exchange> Exchanges { get; init; }

    /// <summary>Its bodies, each once.</summary>
    public required IReadOnlyList<DocumentBody> Bodies { get; init; }
}

/// <summary>A stored event.</summary>
/// <param name="Type">Stored, versioned name.</param>
/// <param name="Data">Its data.</param>
public sealed record DocumentEvent(string Type, JsonElement Data);

/// <summary>A body as it crossed the wire: as text where that keeps every byte, so that a reviewer can read it, else in base64.</summary>
/// <param name="Sha256">SHA-256 of the bytes, lower-case hex.</param>
/// <param name="Text">The body; null when <paramref name="Base64"/> has it.</param>
/// <param name="Base64">The body; null when <paramref name="Text"/> has it.</param>
public sealed record DocumentBody(
    string Sha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Base64 = null);
