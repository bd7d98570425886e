using System.Net;
using Loop.Replayer.Destinations;
using Loop.Replayer.Hosting;
using Loop.Replayer.Tests.Support;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Tests;

public sealed class DestinationPolicyTests
{
    [Theory]
    [InlineData("localhost:9000", "127.0.0.1", null)]
    [InlineData("127.0.0.1:9000", null, null)]
    [InlineData("[::1]:9000", null, null)]
    [InlineData("http://localhost", "127.0.0.1", null)]
    [InlineData("https://localhost:9000/", "127.0.0.1", null)]
    [InlineData("localhost", "127.0.0.1", DestinationFault.Malformed)]
    [InlineData("ftp://localhost:9000", "127.0.0.1", DestinationFault.Malformed)]
    [InlineData("http://localhost:9000/path", "127.0.0.1", DestinationFault.Malformed)]
    [InlineData("http://user@localhost:9000", "127.0.0.1", DestinationFault.Malformed)]
    [InlineData("localhost:0", "127.0.0.1", DestinationFault.Malformed)]
    [InlineData("localhost:70000", "127.0.0.1", DestinationFault.Malformed)]
    [InlineData("", null, DestinationFault.Malformed)]
    [InlineData("nowhere.example:80", null, DestinationFault.NameNotResolved)]
    [InlineData("10.1.2.3:80", null, DestinationFault.NotAllowed)]
    [InlineData("evil.example:80", "93.184.216.34", DestinationFault.NotAllowed)]
    [InlineData("mine.example:80", "127.0.0.1", null)]
    [InlineData("0.0.0.0:9000", null, DestinationFault.Forbidden)]
    [InlineData("[::]:9000", null, DestinationFault.Forbidden)]
    [InlineData("169.254.169.254:80", null, DestinationFault.Forbidden)]
    [InlineData("metadata.example:80", "169.254.169.254", DestinationFault.Forbidden)]
    [InlineData("[::ffff:169.254.169.254]:80", null, DestinationFault.Forbidden)]
    [InlineData("[fe80::1]:80", null, DestinationFault.Forbidden)]
    [InlineData("2852039166:80", null, DestinationFault.Forbidden)]
    [InlineData("localhost:5680", "127.0.0.1", DestinationFault.OwnPort)]
    [InlineData("localhost:7777", "127.0.0.1", DestinationFault.OwnPort)]
    [InlineData("192.0.2.7:7777", null, DestinationFault.OwnPort)]
    public async Task Check_Text_IsAllowedOrNamesItsFault(string text, string? address, DestinationFault? fault)
    {
        DestinationResult result = await Policy(new(), address is null ? [] : [IPAddress.Parse(address)]).Check(text, CancellationToken.None);

        Assert.Equal(fault, result.Fault);
        Assert.Equal(fault is null, result.Destination is not null);
        Assert.Equal(fault is null, result.Remedy.Length == 0);
    }

    [Theory]
    [InlineData("staging.example", "staging.example:81", true)]
    [InlineData("staging.example:81", "staging.example:81", true)]
    [InlineData("staging.example:82", "staging.example:81", false)]
    [InlineData("10.0.0.0/8", "staging.example:81", true)]
    [InlineData("10.1.2.3", "staging.example:81", true)]
    [InlineData("10.1.2.4:81", "staging.example:81", false)]
    [InlineData("other.example", "staging.example:81", false)]
    public async Task Check_AllowList_OpensExactlyItsEntry(string entry, string asked, bool allowed)
    {
        ReplayOptions options = new() { AllowedDestinations = [new AllowedDestination { Destination = entry }] };
        DestinationResult result = await Policy(options, [IPAddress.Parse("10.1.2.3")]).Check(asked, CancellationToken.None);
        Assert.Equal(allowed ? null : DestinationFault.NotAllowed, result.Fault);
    }

    [Fact]
    public async Task Check_AllowListedLinkLocal_StaysForbidden()
    {
        ReplayOptions options = new() { AllowedDestinations = [new AllowedDestination { Destination = "169.254.0.0/16" }] };
        Assert.Equal(DestinationFault.Forbidden, (await Policy(options, []).Check("169.254.1.1:80", CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task Check_OneBadAddressOfAName_RefusesTheName() =>
        Assert.Equal(DestinationFault.NotAllowed, (await Policy(new(), [IPAddress.Loopback, IPAddress.Parse("93.184.216.34")]).Check("mixed.example:80", CancellationToken.None)).Fault);

    [Fact]
    public async Task Check_Entry_SuppliesItsHeaders()
    {
        ReplayOptions options = new() { AllowedDestinations = [new AllowedDestination { Destination = "localhost", Headers = { ["authorization"] = "Bearer staging" } }] };
        DestinationResult result = await Policy(options, [IPAddress.Loopback]).Check("localhost:81", CancellationToken.None);
        Assert.Equal("Bearer staging", result.Destination!.Headers["authorization"]);
    }

    [Fact]
    public void Validator_ReportsAllFaultsTogether()
    {
        ReplayOptions options = new() { AllowedDestinations = [new AllowedDestination { Destination = "10.0.0.0/40" }, new AllowedDestination { Destination = "a b" }], OwnPorts = { 0 } };
        Assert.Equal(3, new ReplayOptionsValidator().Validate(null, options).Failures!.Count());
    }

    private static DestinationPolicy Policy(ReplayOptions options, IPAddress[] addresses) => new(Options.Create(options), new FixedResolver(addresses), new Own());

    private sealed class Own : IOwnPorts
    {
        public IReadOnlyCollection<int> Ports => [7777];

        public IReadOnlyCollection<IPAddress> Addresses => [IPAddress.Parse("192.0.2.7")];
    }
}
