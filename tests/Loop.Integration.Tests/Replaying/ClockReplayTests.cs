using System.Diagnostics;
using System.Runtime.Versioning;
using Loop.Contracts.Replays;
using Loop.EnvoyConfig;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>A program that reads the time from the kernel lives now, whatever the recording says: what it does not do proves nothing.</summary>
[SupportedOSPlatform("linux")]
public sealed class ClockReplayTests : IDisposable
{
    // System calls alone: the standard library's server takes many times as long to build.
    private const string Service = """
        package main
        import "syscall"
        func main() {
          listener, _ := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
          syscall.Bind(listener, &syscall.SockaddrInet4{Port: 8080}); syscall.Listen(listener, 16)
          for { connection, _, err := syscall.Accept(listener); if err != nil { continue }
            syscall.Read(connection, make([]byte, 4096)); syscall.Write(connection, []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")); syscall.Close(connection) }
        }
        """;

    private const string Go = "/usr/bin/go";
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-clock-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task GoService_WithoutTheFailure_IsUndecidedBecauseOfTheClock()
    {
        if (!File.Exists(Go))
            RequireReal.Skip($"{Go} is not installed.");
        await Build();
        await using LoopServer server = await LoopServer.Start();
        string id = await KeepFailure(server);

        ReplayReport report = await server.Replay(id, SandboxFile());

        Assert.Equal((Verdict.Inconclusive, "F1"), (report.Verdict, report.Row));
        Assert.Contains("clock: the failure is absent, but offers did not run at the recorded time", report.Reason);
        string told = Assert.Single(report.Sandbox!.Runs[0].ClockNotReached!);
        Assert.StartsWith("offers: ", told);
        Assert.EndsWith("is a Go program: it reads the time from the kernel itself, which cannot be changed for one process", told);
    }

    // Its answer holds the time: a failure that the clock may explain.
    private static async Task<string> KeepFailure(LoopServer server)
    {
        await using ShapedService service = await ShapedService.Start(async context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsJsonAsync(new { error = "the offer has ended", at = DateTimeOffset.UtcNow });
        });
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(new EnvoyProxyConfig
        {
            Service = "offers",
            Collector = EnvoyAddress.Loopback(server.Capture!.Port),
            Listeners = [new ListenerConfig { Direction = ListenerDirection.Inbound, Listen = EnvoyAddress.Loopback(0), Routes = [new RouteConfig { Name = "app", Target = service.Http1 }] }],
        });
        using var api = new LoopApi(server.Http);
        using var client = new WireClient();
        await api.CollectorIsUsedBy(envoy, Cancellation);
        var trace = TestTrace.New();
        await client.Get(envoy[ListenerDirection.Inbound], "offers", "/offer", trace, Cancellation);
        return (await api.SealedOf(trace, Cancellation)).Id;
    }

    private string SandboxFile()
    {
        string path = Path.Combine(_folder, "loop-sandbox.yaml");
        File.WriteAllText(path, $"version: 1\nservices:\n  offers: {{command: [{_folder}/service], port: 8080, state: none, build: {{git: mended}}}}\n");
        return path;
    }

    private async Task Build()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "service.go"), Service, Cancellation);
        ProcessStartInfo start = new(Go, ["build", "-o", "service", "service.go"]) { WorkingDirectory = _folder, RedirectStandardError = true };
        start.Environment["CGO_ENABLED"] = "0";
        start.Environment["GOCACHE"] = Path.Combine(_folder, "cache");
        start.Environment["HOME"] = _folder;
        using Process build = Process.Start(start)!;
        string words = await build.StandardError.ReadToEndAsync(Cancellation);
        await build.WaitForExitAsync(Cancellation);
        Assert.True(build.ExitCode == 0, words);
    }
}
