using System.Text.RegularExpressions;

namespace Loop.SandboxFiles.Yaml;

/// <summary>A scalar. Without quotes it may be a number, a truth value or nothing, by the core schema of YAML 1.2 (section 10.3.2).</summary>
internal sealed partial record YamlText(int Line, int Column, string Value, bool IsPlain) : YamlNode(Line, Column)
{
    public bool IsNothing => IsPlain && Nothing().IsMatch(Value);

    public bool IsToggle => IsPlain && Toggle().IsMatch(Value);

    public bool IsNumber => IsPlain && Number().IsMatch(Value);

    public override string Kind => this switch
    {
        { IsNothing: true } => "empty",
        { IsToggle: true } => $"the truth value {Value}",
        { IsNumber: true } => $"the number {Value}",
        _ => $"the text '{Value}'",
    };

    [GeneratedRegex("^(~|null|Null|NULL|)$", RegexOptions.CultureInvariant)]
    private static partial Regex Nothing();

    [GeneratedRegex("^(true|True|TRUE|false|False|FALSE)$", RegexOptions.CultureInvariant)]
    private static partial Regex Toggle();

    [GeneratedRegex(@"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
