using System.Runtime.Versioning;

namespace Loop.Replayer.Tests.Sandboxes;

/// <summary>Services that run and do not get ready: each is waited for to its limit, which a busy machine must be able to keep.</summary>
[SupportedOSPlatform("linux")]
public sealed class SandboxReadinessTests : IDisposable
{
    private readonly FaultySandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("silent", "", "web runs but did not listen on any port within 1 s")]
    [InlineData("web, \"9090\"", "", "web did not listen on port 8080 within 15 s, but on 0.0.0.0:9090: correct the port in the sandbox file")]
    [InlineData("mute, \"8080\"", "    health: { path: /health, timeoutSeconds: 15 }\n", "web listens on port 8080, but GET /health was not answered well within 15 s: no answer in 5 s")]
    [InlineData("web, \"8080\"", "    health: { path: /status/204, timeoutSeconds: 15 }\n", "web listens on port 8080, but GET /status/204 was not answered well within 15 s: 'HTTP/1.1 204' in place of 200")]
    [InlineData("daemon, \"8080\"", "", "A service must stay in the foreground")]
    [InlineData("web, \"9090\"", "background:\n  - { call: GET http://127.0.0.1:9090/countries, answer: { body: \"[]\" } }\n", "A port that it opens is taken: beside it listen 127.0.0.1:9090")]
    public async Task Service_ThatDoesNotGetReady_IsTold(string arguments, string more, string reason) =>
        await _sandbox.Expect(reason, $"[\"{FaultySandbox.Programs}\", {arguments}]", "none", more: more, readyLimit: arguments is "silent" ? "00:00:01" : "00:00:15");
}
