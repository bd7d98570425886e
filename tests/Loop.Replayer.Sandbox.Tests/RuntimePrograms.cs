using System.Diagnostics;
using Loop.Replayer.Sandbox.Driver;
using Loop.Testing.Envoy;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>Small programs in the languages of live services, each written into the work folder of a service.</summary>
/// <param name="Name">Name of their files, in lower case: <c>clock</c> is clock.py, clock.js, clock.go and Clock.java.</param>
/// <param name="Sources">Runtime → program, which gets its port as the only argument. .NET is the test program itself.</param>
internal sealed record RuntimePrograms(string Name, IReadOnlyDictionary<string, string> Sources)
{
    /// <summary>The service that runs the program of a runtime; where the runtime is not installed the test ends here.</summary>
    public async Task<SandboxService> Of(string runtime, string name, int port)
    {
        SandboxService service = TestSandbox.Web(name, port);
        if (runtime is ".NET")
            return service;
        (string program, string file) = runtime switch
        {
            "Python" => ("/usr/bin/python3", $"{Name}.py"),
            "Node" => ("/usr/bin/node", $"{Name}.js"),
            "Java" => ("/usr/bin/java", $"{char.ToUpperInvariant(Name[0])}{Name[1..]}.java"),
            _ => ("/usr/bin/go", $"{Name}.go"),
        };
        // Java runs a source file only where its compiler is.
        foreach (string needed in runtime is "Java" ? [program, "/usr/bin/javac"] : new[] { program })
        {
            if (!File.Exists(needed))
                RequireReal.Skip($"{needed} is not installed.");
        }

        await File.WriteAllTextAsync(Path.Combine(service.WorkFolder, file), Sources[runtime]);
        if (runtime is "Go")
            await Build(service.WorkFolder);
        return service with { Command = runtime is "Go" ? [$"./{Name}", port.ToString()] : [Path.GetFileName(program), file, port.ToString()], Environment = new Dictionary<string, string>(), Folders = [] };
    }

    private async Task Build(string folder)
    {
        ProcessStartInfo start = new("/usr/bin/go", ["build", "-o", Name, $"{Name}.go"]) { WorkingDirectory = folder, RedirectStandardError = true };
        start.Environment["CGO_ENABLED"] = "0";
        start.Environment["GOCACHE"] = Path.Combine(Path.GetTempPath(), "loop-test-go-cache");
        start.Environment["HOME"] = folder;
        using Process build = Process.Start(start)!;
        string words = await build.StandardError.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, words);
    }
}
