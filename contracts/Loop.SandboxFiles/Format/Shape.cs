namespace Loop.SandboxFiles.Format;

/// <summary>What a value must look like. Both the reader's checks and the JSON schema are made from it.</summary>
internal abstract record Shape(string Expected);

/// <summary>A text. <paramref name="Pattern"/> is a regular expression that .NET and ECMAScript read alike.</summary>
internal sealed record TextShape(string Expected, string? Pattern = null, bool AllowsNumbers = false) : Shape(Expected);

/// <summary>A whole number within limits.</summary>
internal sealed record NumberShape(string Expected, int Minimum, int Maximum) : Shape(Expected);

/// <summary>true or false.</summary>
internal sealed record ToggleShape() : Shape("true or false");

/// <summary>One of some words.</summary>
internal sealed record ChoiceShape(IReadOnlyList<string> Values) : Shape($"one of {string.Join(", ", Values)}")
{
    /// <summary>The lower-case names of an enumeration: what the reader gets is what the file says.</summary>
    public static ChoiceShape Of<T>() where T : struct, Enum => new([.. Enum.GetNames<T>().Select(Word)]);

    /// <summary>A value of an enumeration as the file writes it.</summary>
    public static string Word(string name) => name.Any(char.IsDigit) ? name : name.ToLowerInvariant();
}

/// <summary>A list.</summary>
internal sealed record ListShape(string Expected, Shape Item, int Minimum = 0) : Shape(Expected);

/// <summary>A map whose keys are the writer's own names.</summary>
internal sealed record NamesShape(string Expected, Shape Value, int Minimum = 0) : Shape(Expected);

/// <summary>A map with known keys. Of <paramref name="ExactlyOneOf"/> one must be there and only one.</summary>
internal sealed record MapShape(string Expected, IReadOnlyList<KeyShape> Keys, IReadOnlyList<string>? ExactlyOneOf = null) : Shape(Expected);

/// <summary>One of several shapes, which a reader tells apart by their kind.</summary>
internal sealed record EitherShape(IReadOnlyList<Shape> Alternatives) : Shape(string.Join(", or ", Alternatives.Select(shape => shape.Expected)));

/// <summary>A key of a map.</summary>
internal sealed record KeyShape(string Name, Shape Value, string Description, bool IsRequired = false, RequiredUnless? Unless = null);

/// <summary>The key is required unless another key has this value.</summary>
internal sealed record RequiredUnless(string Key, string Value);
