using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;

namespace Loop.Replayer.Sandbox.Tests.Conformance;

/// <summary>Where the kernel gives no namespaces.</summary>
public sealed class UnsealedDriverTests : SandboxDriverConformance
{
    protected override SandboxEvidence Evidence => SandboxEvidence.Unsealed;

    protected override Task<ISandboxDriver> Driver() => Task.FromResult<ISandboxDriver>(TestSandbox.Driver("these tests say so"));

    [Fact]
    public async Task Choose_WithoutAnAgentToSealWith_SaysWhy()
    {
        ProcessSandboxOptions options = new() { AgentPath = "/no/such/agent", StateRoot = TestSandbox.StateRoot };

        await ProcessSandboxDriver.Choose(options, TimeProvider.System, Token);

        Assert.Equal("The sandbox's agent is not at /no/such/agent.", options.UnsealedReason);
    }

    [Fact]
    public async Task TwoServices_OnTheSamePort_AreRefused()
    {
        ISandboxDriver driver = await Driver();
        SandboxPlan plan = new() { Services = [TestSandbox.Web("shop", 8080), TestSandbox.Web("stock", 8080)] };

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => driver.Prepare(plan, Token));

        Assert.Contains("shop and stock listen on port 8080", refused.Message, StringComparison.Ordinal);
    }
}
