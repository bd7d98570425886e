using Loop.Cli.Testing;

namespace Loop.Cli.Tests.Testing;

public sealed class TestFolderTests : IDisposable
{
    private const string Conversation = "7f3k9m2q0abc";
    private readonly TestFolders _folders = new();

    [Fact]
    public void Read_OfAWholeFolder_GivesItsManifest()
    {
        TestFolder folder = TestFolder.Read(_folders.Add("whole", Conversation));

        Assert.Equal(("whole", Conversation, "git:old", 2), (folder.Name, folder.Manifest.Conversation, folder.Manifest.Baselines[0].Builds["payments"], folder.Manifest.Plan.Times));
    }

    [Theory]
    [InlineData("loop-test.json", null, "loop-test.json: it is missing: this is no folder of loopctl promote")]
    [InlineData("loop-test.json", "{", "loop-test.json: it cannot be read")]
    [InlineData("loop-test.json", "{}", "loop-test.json: its format is ''")]
    [InlineData("loop-test.json", """{"format":"loop-test","version":3}""", "loop-test.json: its version is 3, and this loopctl reads 1 to 2")]
    [InlineData("loop-test.json", """{"format":"loop-test","version":1}""", "loop-test.json: it cannot be read: JSON deserialization")]
    [InlineData("loop-sandbox.yaml", null, "loop-sandbox.yaml: it is missing")]
    [InlineData("loop-sandbox.yaml", "version: 1\nservices:\n  a:\n    comand: x\n", "loop-sandbox.yaml: loop-sandbox.yaml:4:5: unknown key 'comand'")]
    [InlineData("conversations/7f3k9m2q0abc.json", null, "conversations/7f3k9m2q0abc.json: it is missing")]
    [InlineData("conversations/7f3k9m2q0abc.json", "{ }", "conversations/7f3k9m2q0abc.json: it was changed since it was promoted")]
    [InlineData("files/seed.sql", "select 2;", "files/seed.sql: it was changed since it was promoted")]
    public void Read_OfADamagedFolder_NamesTheFileAndTheFault(string file, string? content, string expected)
    {
        string path = _folders.Add("damaged", Conversation);
        if (content is null)
            File.Delete(Path.Combine(path, file));
        else
            File.WriteAllText(Path.Combine(path, file), content);

        Assert.StartsWith(expected, Assert.Throws<TestFolderException>(() => TestFolder.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfAManifestThatCannotBeMeant_SaysWhy()
    {
        Assert.Equal("loop-test.json: the expectation 'perfect' is unknown; known are fixed, reproduced", Fault(manifest => manifest with { Expect = "perfect" }));
        Assert.Equal("loop-test.json: '../../etc/passwd' lies outside of the folder", Fault(manifest => manifest with { Files = [new TestFile("../../etc/passwd", "00")] }));
        Assert.Equal("loop-test.json: the conversation aaaabbbbcccc is not among its conversations", Fault(manifest => manifest with { Conversation = "aaaabbbbcccc" }));
    }

    public void Dispose() => _folders.Dispose();

    private string Fault(Func<TestManifest, TestManifest> change)
    {
        string path = _folders.Add("meant", Conversation, change);
        return Assert.Throws<TestFolderException>(() => TestFolder.Read(path)).Message;
    }
}
