using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests;

public sealed class TruePathTests
{
    [Fact]
    public async Task Call_ByName_ArrivesAtTheHandlerWithCallerAddressAndName()
    {
        ISandboxDriver driver = await TestSandbox.Required();
        SandboxPlan plan = new() { Services = [TestSandbox.Web("shop", 8080)], RecordedHosts = ["inventory.internal"] };
        await using ISandbox sandbox = await driver.Prepare(plan, TestContext.Current.CancellationToken);

        Assert.Null(await sandbox.Start(TestContext.Current.CancellationToken));
        string answer = await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://inventory.internal/items");

        Assert.Equal($"caller=shop address={sandbox.Addresses["inventory.internal"]}:80 host=inventory.internal", answer);
    }
}
