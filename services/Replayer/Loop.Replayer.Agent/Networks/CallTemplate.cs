using System.Globalization;
using System.Text.RegularExpressions;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Networks;

/// <summary><c>${call:HOST:PORT}</c> in an environment value: the address, with port, by which the service calls that host in this sandbox.</summary>
internal static partial class CallTemplate
{
    public static IEnumerable<(string Host, int Port)> Find(SandboxService service) =>
        service.Environment.Values.SelectMany(value => Pattern().Matches(value)).Select(Parse).Distinct();

    public static string Fill(string value, Func<string, int, string> address) => Pattern().Replace(value, match =>
    {
        (string host, int port) = Parse(match);
        return address(host, port);
    });

    private static (string Host, int Port) Parse(Match match) => (match.Groups[1].Value, int.Parse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\$\{call:([A-Za-z0-9._-]+):([0-9]{1,5})\}")]
    private static partial Regex Pattern();
}
