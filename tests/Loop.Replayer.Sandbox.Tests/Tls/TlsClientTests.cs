using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Tls;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Wire.Plans;

namespace Loop.Replayer.Sandbox.Tests.Tls;

/// <summary>Real clients verify the certificates that they meet in a sandbox, at the recorded time.</summary>
public sealed class TlsClientTests
{
    private static readonly DateTimeOffset Recorded = new(2020, 2, 29, 23, 30, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(".NET")]
    [InlineData("Python")]
    [InlineData("Node")]
    [InlineData("Go")]
    [InlineData("Java")]
    public async Task Client_ThatTrustsTheReplaysAuthority_IsAnsweredAndOtherHostsAreOpaque(string runtime)
    {
        SandboxService service = await TlsServices.Of(runtime);
        TlsPart tls = TlsPart.WithNewAuthority(Recorded.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), ["flags.example"]);
        await using ISandbox sandbox = await Started(service, tls, tls.CertificatePem);

        string answer = await TlsServices.Ask(sandbox, service, runtime, "/flags");
        string refused = await TlsServices.Ask(sandbox, service, runtime, "/bank");

        Assert.EndsWith("""{"new":true}""", answer, StringComparison.Ordinal);
        Assert.Contains("fail", refused, StringComparison.OrdinalIgnoreCase);
        ServedCall served = (await Told<CallServed>(sandbox)).Call;
        Assert.Equal((true, "flags.example", "/flags"), (served.IsSecure, served.Request.Part.Header(":authority"), served.Request.Part.Header(":path")));
        ConnectionRefused opaque = await Told<ConnectionRefused>(sandbox);
        Assert.Equal(("bank.example:443", "TLS", "bank.example"), (opaque.Target, opaque.Protocol, opaque.OpaqueHost));
    }

    [Theory]
    [InlineData(".NET")]
    [InlineData("Python")]
    public async Task Client_ThatTrustsAnother_IsNotAnswered(string runtime)
    {
        SandboxService service = await TlsServices.Of(runtime);
        TlsPart tls = TlsPart.WithNewAuthority(Recorded.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), ["flags.example"]);
        TlsPart other = TlsPart.WithNewAuthority(Recorded.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), []);
        await using ISandbox sandbox = await Started(service, tls, other.CertificatePem);

        Assert.Contains("fail", await TlsServices.Ask(sandbox, service, runtime, "/flags"), StringComparison.OrdinalIgnoreCase);
        ConnectionRefused refused = await Told<ConnectionRefused>(sandbox);
        Assert.Equal(("flags.example:443", null), (refused.Target, refused.OpaqueHost));
        Assert.StartsWith("TLS in which nothing was said", refused.Protocol, StringComparison.Ordinal);
    }

    private static async Task<ISandbox> Started(SandboxService service, TlsPart tls, string trusted)
    {
        BackgroundStub flags = new(null, "GET", "flags.example", "/flags", 200, [new HeaderField("content-type", "application/json")], """{"new":true}"""u8.ToArray());
        StandInPlan plan = new() { Calls = [], Hops = new Dictionary<string, string>(), Background = [flags], Tls = tls };
        string input = Path.Combine(service.WorkFolder, "script.json");
        await StandInPlanFile.Write(input, plan, Token);
        ISandboxDriver driver = await TestSandbox.Required();
        ISandbox sandbox = await driver.Prepare(new SandboxPlan
        {
            Services = [service],
            RecordedHosts = ["flags.example", "bank.example"],
            Clock = new ClockPlan { Mode = ClockMode.Shifted, Start = Recorded },
            ReadyLimit = TimeSpan.FromMinutes(2),
            TrustedAuthority = trusted,
            HandlerInput = input,
        }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);
        return sandbox;
    }

    private static async Task<T> Told<T>(ISandbox sandbox)
        where T : RunFact
    {
        await foreach (SandboxObservation observation in sandbox.Observations.ReadAllAsync(Token))
        {
            if (observation is HandlerTold told && JsonSerializer.Deserialize<RunFact>(told.Content, LoopJson.Options) is T fact)
                return fact;
        }

        throw new InvalidOperationException($"The sandbox ended without a {typeof(T).Name}.");
    }
}
