using Loop.Cli.Tests.Api;

namespace Loop.Cli.Tests.Commands;

public sealed class BodyTests
{
    private static readonly byte[] Binary = [0, 1, 2, 0xff, 0x0a];

    [Fact]
    public async Task Body_IntoAPipe_IsByteExact()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnBytes("GET /api/v1/conversations/7f3k/hops/2/response/body?decoded=true", Binary, "application/octet-stream");
        LoopctlRun run = await LoopctlRun.Of(api.Url, "body", "7f3k", "2", "response");
        Assert.Equal(Binary, run.Bytes);
        Assert.Equal("", run.Output + run.Error);
    }

    [Fact]
    public async Task Body_Raw_AsksForTheBytesOfTheWire()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnBytes("GET /api/v1/conversations/7f3k/hops/2/request/body?decoded=false", Binary, "application/octet-stream");
        LoopctlRun run = await LoopctlRun.Of(api.Url, isTerminal: true, width: 80, CancellationToken.None, "body", "7f3k", "2", "request", "--raw");
        Assert.Equal(Binary, run.Bytes);
    }

    [Fact]
    public async Task Body_InATerminal_IsMadeSafe()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnBytes("GET /api/v1/conversations/7f3k/hops/2/response/body?decoded=true", Binary, "application/octet-stream");
        LoopctlRun run = await LoopctlRun.Of(api.Url, isTerminal: true, width: 80, CancellationToken.None, "body", "7f3k", "2", "response");
        Assert.Equal("00000000  00 01 02 ff 0a                                   .....\n", run.Output);
        Assert.Empty(run.Bytes);
    }

    [Fact]
    public async Task Body_IntoAFile_WritesItAndSaysSo()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnBytes("GET /api/v1/conversations/7f3k/hops/2/response/body?decoded=true", Binary, "application/octet-stream");
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            LoopctlRun run = await LoopctlRun.Of(api.Url, "body", "7f3k", "2", "response", "--output", path);
            Assert.Equal(Binary, await File.ReadAllBytesAsync(path));
            Assert.Equal($"5 B written to {path}\n", run.Error);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Body_IntoAMissingFolder_IsAFaultOfItsOwn()
    {
        await using FakeApi api = await FakeApi.Start();
        api.OnBytes("GET /api/v1/conversations/7f3k/hops/2/response/body?decoded=true", Binary, "application/octet-stream");
        LoopctlRun run = await LoopctlRun.Of(api.Url, "body", "7f3k", "2", "response", "-o", "/nowhere/at/all");
        Assert.Equal(ExitCodes.InputOutput, run.ExitCode);
    }
}
