using System.Text;

namespace Loop.Integration.Tests.Replaying;

/// <summary>Writes sandbox files for the shop, in a folder of its own.</summary>
internal sealed class ShopSandbox : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-sandbox-").FullName;

    /// <summary>Services of the shop with what each calls.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Services = new Dictionary<string, string[]>
    {
        ["web"] = ["payments", "recommendations"],
        ["payments"] = [],
        ["recommendations"] = ["history"],
        ["history"] = [],
    };

    /// <summary>A file in which all services of the shop can run, all on one port.</summary>
    public string File(bool isFixed = false, string extra = "")
    {
        string build = isFixed ? "fixed" : "buggy";
        StringBuilder text = new("version: 1\nservices:\n");
        foreach ((string service, string[] callees) in Services)
        {
            string[] words = [Path.Combine(AppContext.BaseDirectory, "loop-shop"), "--service", $"{service}=0.0.0.0:8080", .. callees.SelectMany(callee => new[] { "--peer", $"{callee}={callee}:80" }), .. isFixed ? ["--fixed"] : Array.Empty<string>()];
            text.Append($"  {service}:\n    command: [{string.Join(", ", words.Select(word => $"\"{word}\""))}]\n    port: 8080\n    workFolder: work\n    health: /health\n    state: none\n    build: {{ git: {build} }}\n");
        }

        Directory.CreateDirectory(Path.Combine(_folder, "work"));
        string path = Path.Combine(_folder, $"{build}{extra.GetHashCode(StringComparison.Ordinal)}.yaml");
        System.IO.File.WriteAllText(path, text.Append(extra).ToString());
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
