using System.Text;

namespace Loop.Samples.Demo;

/// <summary>Writes the sandbox files of the demo: the shop as it ran, and the shop without its bugs.</summary>
public static class SandboxFiles
{
    private static readonly (string Service, int Port, string[] Callees)[] Services =
    [
        ("web", 8081, ["payments", "recommendations"]),
        ("payments", 8082, []),
        ("recommendations", 8083, ["history"]),
        ("history", 8084, []),
    ];

    /// <summary>Writes one into a folder and returns its path.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="program">The shop's executable.</param>
    /// <param name="isFixed">True runs the code without the bugs.</param>
    public static string Write(string folder, string program, bool isFixed)
    {
        StringBuilder text = new("version: 1\nservices:\n");
        foreach ((string service, int port, string[] callees) in Services)
        {
            string peers = string.Join(',', callees.Select(callee => $"{callee}=${{call:{callee}:80}}"));
            text.Append($$"""
                  {{service}}:
                    command: ["{{program}}", --service, "{{service}}=0.0.0.0:{{port}}"{{(isFixed ? ", --fixed" : "")}}]
                    environment:
                      SHOP_PEERS: "{{peers}}"
                    port: {{port}}
                    workFolder: {{service}}
                    health: /health
                    state: none
                    build: { git: {{(isFixed ? "fixed" : "as-recorded")}} }

                """);
            Directory.CreateDirectory(Path.Combine(folder, service));
        }

        string path = Path.Combine(folder, isFixed ? "loop-sandbox-fixed.yaml" : "loop-sandbox.yaml");
        File.WriteAllText(path, text.ToString());
        return path;
    }
}
