using System.Globalization;
using System.Text.RegularExpressions;
using Loop.Host.Configuration;
using Xunit;

namespace Loop.Hosting.Tests.Reference;

public sealed partial class ConfigurationReferenceTests
{
    [Fact]
    public void ConfigurationReference_Rows_AreExactlyTheKeysWithTheirDefaults()
    {
        string[] documented = [.. Row().Matches(Repository.Document("docs/reference/configuration.md")).Select(row => $"{row.Groups["key"].Value} = {row.Groups["preset"].Value}")];
        string[] known = [.. LoopdKeys.All.Keys.Select(key => $"{key.Shown} = {Preset(key)}")];
        Assert.Equal(known.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ConfigurationReference_EveryRow_HasAMeaning() =>
        Assert.All(Row().Matches(Repository.Document("docs/reference/configuration.md")), row => Assert.True(row.Groups["meaning"].Value.Trim().Length > 10, row.Value));

    private static string Preset(KnownKey key) => key switch
    {
        { Path: "Loop:Capture:NodeName" } => "the machine's name",
        { Default: Array { Length: > 0 } list } => string.Join(", ", list.Cast<object>()),
        { Default: null or "" or Array } => "none",
        { Default: bool flag } => flag ? "true" : "false",
        { Default: IFormattable value } => value.ToString(null, CultureInfo.InvariantCulture),
        _ => key.Default.ToString()!,
    };

    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \| (?<preset>[^|]*?) \| (?<meaning>[^|]*)\|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
