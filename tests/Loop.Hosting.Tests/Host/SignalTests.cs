using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Loop.Integration.Tests.Harness;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Service.ExtProc.V3;
using Xunit;

namespace Loop.Hosting.Tests.Host;

public sealed partial class SignalTests : IDisposable
{
    private const int Terminate = 15;
    private readonly string _directory = Directory.CreateTempSubdirectory("loop-signal-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Terminate_WhileItStarts_Ends0WithoutAWord()
    {
        string[] arguments = ["--data", _directory, "--capture-listen", "127.0.0.1:0", "--link-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"];
        using Process process = Process.Start(new ProcessStartInfo(LoopServer.Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> words = process.StandardError.ReadToEndAsync(Cancellation);
        // The lock is the first thing that it leaves; nothing listens by then.
        while (!File.Exists(Path.Combine(_directory, "lock")) && !process.HasExited)
            await Task.Yield();
        Assert.Equal(0, kill(process.Id, Terminate));
        await process.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {await words}");
        Assert.DoesNotContain("   at ", await words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_WithExchangesInProgress_EndsTheirStreamsWithOkAndKeepsNone()
    {
        const int Count = 20;
        await using LoopServer server = await LoopServer.Start(_directory);
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://{server.Capture}");
        var client = new ExternalProcessor.ExternalProcessorClient(channel);
        var calls = new List<AsyncDuplexStreamingCall<ProcessingRequest, ProcessingResponse>>();
        for (int number = 0; number < Count; number++)
        {
            AsyncDuplexStreamingCall<ProcessingRequest, ProcessingResponse> call = client.Process(new Grpc.Core.Metadata { { "x-loop-service", "web" }, { "x-loop-direction", "inbound" } }, cancellationToken: Cancellation);
            await call.RequestStream.WriteAsync(RequestHeaders(number), Cancellation);
            calls.Add(call);
        }

        await OpenExchanges(server, Count);
        Task<int> stopped = server.Stop();
        foreach (AsyncDuplexStreamingCall<ProcessingRequest, ProcessingResponse> call in calls)
        {
            Assert.False(await call.ResponseStream.MoveNext(Cancellation));
            Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
            call.Dispose();
        }

        Assert.Equal(0, await stopped);
        Assert.Empty(server.Errors);
        await using LoopServer second = await LoopServer.Start(_directory);
        Assert.Equal(0, (await Status(second)).GetProperty("store").GetProperty("conversations").GetInt64());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static ProcessingRequest RequestHeaders(int number)
    {
        var headers = new HeaderMap();
        foreach ((string name, string value) in new[]
        {
            (":method", "GET"), (":path", "/slow"), (":authority", "web"), (":scheme", "http"), ("x-request-id", $"00000000-0000-4000-8000-{number:d12}"),
        })
            headers.Headers.Add(new HeaderValue { Key = name, RawValue = ByteString.CopyFromUtf8(value) });
        return new ProcessingRequest { ObservabilityMode = true, RequestHeaders = new HttpHeaders { Headers = headers, EndOfStream = true } };
    }

    private static async Task OpenExchanges(LoopServer server, int count)
    {
        long seen = -1;
        for (int attempt = 0; attempt < 600 && seen != count; attempt++)
        {
            JsonElement nodes = (await Status(server)).GetProperty("nodes");
            seen = nodes.GetArrayLength() > 0 ? nodes[0].GetProperty("openExchanges").GetInt64() : -1;
            await Task.Delay(50, Cancellation);
        }

        Assert.Equal(count, seen);
    }

    private static async Task<JsonElement> Status(LoopServer server)
    {
        using var http = new HttpClient { BaseAddress = server.Http };
        return await http.GetFromJsonAsync<JsonElement>("/api/v1/status", Cancellation);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int kill(int processId, int signal);
}
