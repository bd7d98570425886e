using CsCheck;
using Loop.Contracts.Api;
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
