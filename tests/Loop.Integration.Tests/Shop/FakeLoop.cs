using System.Globalization;
using Loop.Samples.Demo;

namespace Loop.Integration.Tests.Shop;

/// <summary>A loopd and a loopctl that only pretend, so that the demo's own doings can be seen by themselves.</summary>
internal sealed class FakeLoop : IDisposable
{
    /// <summary>What Loop would list after 60 requests of the shop's traffic.</summary>
    public const string FailingConversations = """
        [{"id":"aaaa","path":"/checkout","hops":2,"state":"sealed"},{"id":"bbbb","path":"/suggestions","hops":3,"state":"Sealed"},{"id":"cccc","path":"/suggestions","hops":3,"state":"sealed"}]
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("loop-test-fake-");

    /// <param name="loopd">Body of the server's script.</param>
    /// <param name="verdict">Exit code of the first replay; those of the fixed build, the second and the fifth, always end with 1, the others with 0.</param>
    public FakeLoop(string loopd = "exec sleep 600", int verdict = 0)
    {
        Script("loopd", $"echo $$ > '{Path("pid")}'; echo \"$@\" > '{Path("loopd-arguments")}'; {loopd}");
        Script("loopctl", $$"""
            echo "$LOOP_URL $@" >> '{{Path("calls")}}'
            case "$1" in
              list) case "$2" in --json) echo '{{FailingConversations}}' ;; esac ;;
              replay) case "$(grep -c ' replay ' '{{Path("calls")}}')" in 1) exit {{verdict}} ;; 2|5) exit 1 ;; esac ;;
            esac
            """);
    }

    /// <summary>Verbs with their arguments, without the questions that are asked again and again.</summary>
    public IReadOnlyList<string> Shown =>
        [.. File.ReadAllLines(Path("calls")).Select(line => line.Split(' ', 2)[1]).Where(words => !words.StartsWith("status", StringComparison.Ordinal) && !words.Contains("--json", StringComparison.Ordinal))];

    public string LoopdArguments => File.ReadAllText(Path("loopd-arguments")).TrimEnd();

    public bool IsLoopdRunning => Directory.Exists($"/proc/{int.Parse(File.ReadAllText(Path("pid")), CultureInfo.InvariantCulture)}");

    public DemoOptions OptionsFor(DemoPorts ports) => new() { Loopd = Path("loopd"), Loopctl = Path("loopctl"), Once = true, Ports = ports };

    public void Dispose() => _directory.Delete(recursive: true);

    private string Path(string name) => System.IO.Path.Combine(_directory.FullName, name);

    private void Script(string name, string body)
    {
        File.WriteAllText(Path(name), $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
