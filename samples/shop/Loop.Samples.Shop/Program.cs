using System.CommandLine;
using Loop.Samples.Shop;
using Loop.Samples.Shop.Traffic;

Option<string[]> service = new("--service") { Description = "NAME=HOST:PORT: run web, payments, recommendations or history there (repeatable)" };
Option<string[]> peer = new("--peer")
{
    Description = "NAME=HOST:PORT: where another service listens (repeatable); services of this process are known [SHOP_PEERS, with commas]",
    DefaultValueFactory = _ => (Environment.GetEnvironmentVariable("SHOP_PEERS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries),
};
Option<string?> outbound = new("--outbound")
{
    Description = "HOST:PORT of the outbound proxy; every call goes there with the service's name as Host [SHOP_OUTBOUND]",
    DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SHOP_OUTBOUND"),
};
Option<bool> isFixed = new("--fixed") { Description = "run the code in which both bugs are fixed [SHOP_FIXED=1]", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SHOP_FIXED") is "1" };
Option<int?> traffic = new("--traffic") { Description = "send so many requests to the shop instead of being it" };
Option<string> to = new("--to") { Description = "HOST:PORT of the shop's entry, for --traffic", DefaultValueFactory = _ => "127.0.0.1:10080" };

RootCommand root = new("A small shop: web calls payments and recommendations, recommendations calls history. Two bugs live in it.") { service, peer, outbound, isFixed, traffic, to };
root.SetAction(async (parsed, cancellationToken) =>
{
    if (parsed.GetValue(traffic) is { } count)
    {
        using TrafficClient client = new(new Uri($"http://{parsed.GetValue(to)}"));
        TrafficReport report = await client.SendAsync(count, cancellationToken);
        Console.WriteLine(report);
        return report.IsAsPlanned ? 0 : 1;
    }

    string[] services = parsed.GetValue(service) ?? [];
    if (services.Length == 0)
    {
        await Console.Error.WriteLineAsync("Say which services to run: --service web=127.0.0.1:9001 …, or --traffic N. See --help.");
        return 64;
    }

    try
    {
        ShopOptions options = ShopOptions.Parse(services, parsed.GetValue(peer) ?? [], parsed.GetValue(outbound), parsed.GetValue(isFixed));
        await ShopHost.RunAsync(options, cancellationToken);
        return 0;
    }
    catch (FormatException wrong)
    {
        await Console.Error.WriteLineAsync(wrong.Message);
        return 64;
    }
});
return await root.Parse(args).InvokeAsync();
