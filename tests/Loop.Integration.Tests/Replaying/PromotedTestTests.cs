using System.Runtime.Versioning;
using System.Xml.Linq;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>A failure of the shop becomes a folder, and the folder alone tells a build that fails from one that does not.</summary>
[SupportedOSPlatform("linux")]
public sealed class PromotedTestTests(KeptShop shop) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-promoted-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Tests => Path.Combine(_folder, "tests");

    [Fact]
    public async Task Promoted_WithoutTheStoreItCameFrom_TellsAFixFromTheBug()
    {
        using ShopSandbox sandbox = new();
        string file = sandbox.File();
        await using (LoopServer server = await LoopServer.Start(await shop.Copy()))
        {
            string id = await KeptShop.Suggestion(server, Cancellation);
            await Refused(server, id, "no sealed replay");
            Assert.Equal(Verdict.Reproduced, (await server.Replay(id, file, "--live", "history")).Verdict);
            await Refused(server, id, "without any redaction record");
            (int code, string output, string errors) = await Loopctl.Run(server.Http, "promote", id, "--to", Tests, "--name", "suggestion", "--bodies-reviewed");
            Assert.True(code == 0, errors);
            Assert.Equal(Path.Combine(Tests, "suggestion"), output.TrimEnd());
            await Refused(server, id, "is there already", "--name", "suggestion", "--bodies-reviewed");
            Assert.Equal([Path.Combine(Tests, "suggestion")], Directory.GetFileSystemEntries(Tests));
        }

        // The build that was recorded still fails.
        XElement failing = await Test(1, file: null);
        Assert.Equal(("1", "1", "0"), Counts(failing));
        Assert.StartsWith("reproduced", (string)failing.Descendants("failure").Single().Attribute("message")!, StringComparison.Ordinal);
        // The same file with the build that was mended.
        Assert.Equal(("1", "0", "0"), Counts(await Test(0, sandbox.File(isFixed: true))));
        // Another time zone is another plan: nobody proved that the failure happens there.
        XElement other = await Test(3, sandbox.File(isFixed: true, extra: "timeZone: Asia/Tokyo\n"));
        Assert.Equal(("1", "0", "1"), Counts(other));
        Assert.Equal("F2", (string?)other.Descendants("error").Single().Attribute("type"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (string?, string?, string?) Counts(XElement suites)
    {
        XElement suite = suites.Element("testsuite")!;
        return ((string?)suite.Attribute("tests"), (string?)suite.Attribute("failures"), (string?)suite.Attribute("errors"));
    }

    private async Task Refused(LoopServer server, string id, string why, params string[] options)
    {
        (int code, _, string errors) = await Loopctl.Run(server.Http, ["promote", id, "--to", Tests, .. options]);
        Assert.Equal(64, code);
        Assert.Contains(why, errors, StringComparison.Ordinal);
    }

    private async Task<XElement> Test(int code, string? file)
    {
        string junit = Path.Combine(_folder, "out.xml");
        string[] options = file is null ? [] : ["--sandbox", file];
        (int actual, string output, string errors) = await Loopctl.RunAlone(["test", Tests, "--junit", junit, .. options]);
        Assert.True(actual == code, output + errors);
        return XElement.Load(junit);
    }
}
