using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Loop.Host.Configuration;

/// <summary>
/// Looks over the environment variables <c>Loop__…</c>. An unknown one is a warning and not a fault: the environment is shared with programs and deployments
/// of other versions.
/// </summary>
public static class EnvironmentKeys
{
    private const string Prefix = "Loop__";

    /// <summary>One warning per variable that no option reads.</summary>
    /// <exception cref="ConfigurationFaultException">Values that cannot be read, all together.</exception>
    public static IReadOnlyList<string> Check(IDictionary environment, KnownKeys known)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(environment);
        var warnings = new List<string>();
        var faults = new List<string>();
        foreach (DictionaryEntry variable in environment)
        {
            var name = (string)variable.Key;
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                continue;
            string key = name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
            if (known.Find(key) is not { } found)
                warnings.Add($"environment variable {name} is no setting and is ignored; did you mean {Variable(known.Nearest(key))}?");
            else if (ValueCheck.Fault(found, (string?)variable.Value ?? "") is { } fault)
                faults.Add($"environment variable {name}: {fault}");
        }

        warnings.Sort(StringComparer.Ordinal);
        faults.Sort(StringComparer.Ordinal);
        return faults.Count == 0 ? warnings : throw new ConfigurationFaultException(string.Join(Environment.NewLine, faults));
    }

    private static string Variable(string path) => path.Replace(":", "__", StringComparison.Ordinal).Replace(KnownKey.AnyPlace, "0", StringComparison.Ordinal).Replace(KnownKey.AnyName, "NAME", StringComparison.Ordinal);
}
