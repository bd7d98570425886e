using System.Buffers.Text;
using CsCheck;
using Loop.Contracts.Api;
using Loop.Contracts.Redaction;
using Loop.Contracts.Replays;
using Loop.Replayer.Tests.Support;
using Loop.SandboxFiles;

namespace Loop.Replayer.Tests.SandboxFiles;

public sealed class SandboxFileWriterTests
{
    [Fact]
    public void Write_Conversation_NamesServicesAndUnknowns()
    {
        string text = SandboxFileWriter.Write(Shop());

        Assert.Equal(
            """
            # Sandbox for conversation 7f3k00000001: which services run live, and what they need beside the recording.
            # Replace every 'unknown'. Services that are not named here are answered from the recording.
            version: 1
            services:
              # POST /checkout
              web:
                command: unknown            # how it is started, such as [dotnet, bin/service.dll] or a line for sh -c
                port: unknown               # the port that it listens on
                state: unknown              # none, recorded, seed: {sql: FILE}, seed: {command: …}, snapshot: COMMAND or prelude: [CONVERSATION]
              # POST /charge failed here by itself: status 500
              payments:
                command: unknown            # how it is started, such as [dotnet, bin/service.dll] or a line for sh -c
                port: 8080                  # as its callers dial it; correct it if it listens elsewhere
                state: unknown              # none, recorded, seed: {sql: FILE}, seed: {command: …}, snapshot: COMMAND or prelude: [CONVERSATION]
              # GET /rates
              "api.bank.example:443":
                state: recorded             # outside the mesh, as far as the recording tells
            clock: shifted                  # live services see the recorded time; frozen and real are the others
            timeZone: UTC                   # as in production
            locale: C.UTF-8                 # as in production

            """,
            text);
        SandboxFile file = SandboxFileReader.Read(text).File!;
        Assert.Equal(["web", "payments", "api.bank.example:443"], file.Services.Select(service => service.Name));
        Assert.Equal(["services.web.command", "services.web.port", "services.web.state", "services.payments.command", "services.payments.state"], file.Unknown);
    }

    [Fact]
    public void Write_NoHops_ParsesBack() => Assert.Empty(SandboxFileReader.Read(SandboxFileWriter.Write(Shop() with { Hops = [] })).Faults);

    [Fact]
    public void Write_AnyNamesAndPaths_ParsesBackToTheSameServices() => Gen.Select(Gen.String, Gen.String, Gen.String).Sample((name, path, authority) =>
    {
        ConversationDetail shop = Shop();
        HopView odd = shop.Hops[0] with { Destination = name, Request = shop.Hops[0].Request! with { Path = path, Authority = authority } };
        ConversationDetail conversation = shop with { Hops = [odd, .. shop.Hops.Skip(1)] };
        string text = SandboxFileWriter.Write(conversation);

        SandboxFileResult read = SandboxFileReader.Read(text);

        Assert.Equal(text, SandboxFileWriter.Write(conversation));
        Assert.Empty(read.Faults);
        Assert.Equal(conversation.Hops.Select(hop => hop.Destination).Where(service => service.Trim().Length > 0).Distinct(), read.File!.Services.Select(service => service.Name));
    }, iter: 2_000);

    [Fact]
    public void Write_EarlierReplay_ProposesWhatIsKnownAndLeavesTheRestToAPerson()
    {
        ConversationDetail other = Shop() with { Id = "8g4k00000002" };
        other = other with { Hops = [other.Hops[0] with { Request = other.Hops[0].Request! with { Method = "GET", Path = "/app?v=2", Authority = "Config:8888" }, Response = Answer(200) }] };
        ReplayReport report = Replay(
            [
                new("payments", "GET", "http://config:8888/app?v=2", InRequest: false),
                new("payments", "POST", "http://otel:4318/v1/traces", InRequest: false),
                new("stranger", "GET", "http://flags/all", InRequest: false),
                new("payments", "GET", "http://login/keys", InRequest: true),
                new("payments", "PURGE x", "http://cache/ \n", InRequest: false),
            ], ["TCP 10.0.0.1:443 (TLS) by payments: refused", "GET config:8888/app by payments: no answer"]);

        string text = SandboxFileWriter.Write(Shop(), BackgroundProposals.Of(report).AnsweredFrom([Shop() with { Id = "9h5k00000003" }, other]));

        Assert.Contains(
            """
            # What replay rrrr00000001 had no answer for.
            background:
              - call: "GET http://config:8888/app?v=2"
                by: payments
                from: "8g4k00000002"  # answered there
              - call: "POST http://otel:4318/v1/traces"
                by: payments
                answer: { status: 200 }  # telemetry: nothing waits for more
            #   - call: "GET http://flags/all"
            #     answer: { status: 200 }  # no kept conversation holds an answer: write one
            #   - call: "GET http://login/keys"
            #     by: payments
            #     answer: { status: 200 }  # no kept conversation holds an answer: write one; made while a request was served: declare it only if it belongs to none
            #   - call: "PURGE x http://cache/ \n"
            #     by: payments
            #     answer: { status: 200 }  # no kept conversation holds an answer: write one
            # refused, and background: TCP 10.0.0.1:443 (TLS) by payments; if the service needs it, declare it under dependencies

            """, text);
        SandboxFile file = SandboxFileReader.Read(text).File!;
        Assert.Equal([("GET http://config:8888/app?v=2", "8g4k00000002"), ("POST http://otel:4318/v1/traces", null)], file.Background.Select(call => (call.Call, call.From)));
    }

    [Fact]
    public void Write_AnyUnansweredCalls_ParseBack() => Gen.Select(Gen.String, Gen.String, Gen.String, Gen.Bool).Sample((caller, method, path, inRequest) =>
    {
        BackgroundProposals proposals = BackgroundProposals.Of(Replay([new(caller, method, $"http://x{path}", inRequest), new(caller, "POST", $"http://{path}/v1/logs", inRequest)], [$"{path}: refused"]));

        Assert.Empty(SandboxFileReader.Read(SandboxFileWriter.Write(Shop(), proposals)).Faults);
    }, iter: 2_000);

    [Fact]
    public void Write_SecretsOfTheRequests_AreProposedAsComments()
    {
        ConversationDetail shop = Shop();
        HeaderRedactor redactor = new("a key of a test, no secret"u8, "test");
        string jwt = $"{Base64Url.EncodeToString("""{"alg":"ES256"}"""u8)}.{Base64Url.EncodeToString("""{"iss":"https://login\nx","aud":["web"],"sub":"ann"}"""u8)}.c2ln";
        string[][] headers = [.. redactor.Redact([new("authorization", $"Bearer {jwt}"), new("x-api-key", "k"), new("accept", "a")], out _).Select(field => new[] { field.Name, field.Value })];

        string text = SandboxFileWriter.Write(shop with { Hops = [shop.Hops[0] with { Request = shop.Hops[0].Request! with { Headers = headers } }, .. shop.Hops.Skip(1)] });

        Assert.Contains(
            """
            # Requests carried these secrets, and none is sent that is not declared. Take the # away from those that are needed.
            # credentials:
            #   authorization: { header: authorization, jwt: { keySet: "http://HOST/PATH" } }  # ES256, issued by "https://login\nx", for ["web"]; where the service fetches the key set
            #   x-api-key: { header: x-api-key, environment: X_API_KEY }  # a variable of the replayer that holds it

            """, text);
        SandboxFileResult taken = SandboxFileReader.Read(text.Replace("# credentials:", "credentials:", StringComparison.Ordinal).Replace("#   ", "  ", StringComparison.Ordinal).Replace("HOST", "login", StringComparison.Ordinal));
        Assert.Equal(["authorization", "x-api-key"], taken.File!.Credentials.Select(credential => credential.Header));
    }

    private static ReplayReport Replay(UnansweredCall[] calls, string[] background) => new()
    {
        Id = "rrrr00000001",
        ConversationId = Recording.Id,
        Destination = "sandbox",
        HopId = "hop-1",
        StartedAt = Recording.Start,
        Stage = "finished",
        Evidence = "sealed",
        Sandbox = new SandboxReport { File = "f", Live = [], Runs = [new RunReport { Number = 1, Verdict = Verdict.Inconclusive, Row = "V5", Reason = "miss", Unanswered = calls, Background = background }] },
    };

    private static ResponseView Answer(int status) => new() { Status = status, Headers = [], BodySizeBytes = 0, BodyKeptBytes = 0, BodyTruncated = false };

    private static ConversationDetail Shop()
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout?x=1", 500, "{}", source: "client");
        recording.Origin = recording.Hop("payments", "POST", "/charge", 500, "{}", parent: "hop-1");
        recording.Hop("api.bank.example:443", "GET", "/rates", 200, "{}", parent: "hop-2");
        ConversationDetail detail = recording.Detail;
        return detail with
        {
            Hops =
            [
                detail.Hops[0],
                detail.Hops[1] with { Request = detail.Hops[1].Request! with { Authority = "payments:8080" } },
                detail.Hops[2] with { DestinationFrom = "authority" },
            ],
        };
    }
}
