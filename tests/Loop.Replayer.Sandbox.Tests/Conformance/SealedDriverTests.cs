using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Conformance;

public sealed class SealedDriverTests : SandboxDriverConformance
{
    protected override SandboxEvidence Evidence => SandboxEvidence.Sealed;

    protected override async Task<ISandboxDriver> Driver() => await TestSandbox.Required();
}
