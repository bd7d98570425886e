using System.Text.Json;
using Loop.EnvoyConfig.Running;
using Loop.LoadLab.Results;
using Loop.LoadLab.Running;
using Microsoft.Data.Sqlite;
using ZstdSharp;

namespace Loop.LoadLab.Size;

/// <summary>What a kept exchange takes in the data directory, against the JSON tap files of the same exchanges.</summary>
internal sealed class SizeScenario : IScenario
{
    private const int Conversations = 20;
    private const int DemoConversations = 20;
    private const int QuickConversations = 3;
    private const int CompressionLevel = 19;
    private static readonly TimeSpan SealLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LateWatch = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    public string Name => "size";

    public string Description => "bytes per kept exchange in the data directory against JSON tap files and zstd -19 of the same conversations";

    public async Task<LabResult> Run(LabContext context, CancellationToken cancellationToken)
    {
        EnvoyBinary binary = EnvoyBinary.Find(download: true);
        if (binary.Path is null)
            throw new LabException($"no Envoy: {binary.Explanation}. Set {EnvoyBinary.Variable} to one.");
        string empty = Path.Combine(context.Directory, "empty-data");
        await using (await Loopd.Start(context.Loopd, empty))
        {
        }

        ShopTraffic[] traffics =
        [
            ShopTraffic.Baskets(context.IsQuick ? QuickConversations : Conversations, 10, 40),
            ShopTraffic.Baskets(context.IsQuick ? QuickConversations : Conversations, 100, 300),
            ShopTraffic.Demo(context.IsQuick ? QuickConversations : DemoConversations),
        ];
        List<LabTable> tables = [];
        List<object> measurements = [];
        foreach (ShopTraffic traffic in traffics)
        {
            LabContext.Say($"  {traffic.Name}: {traffic.Requests.Count} requests");
            (IReadOnlyList<ConversationSize> sizes, long events, long index) = await Measure(traffic, binary.Path, empty, context, cancellationToken);
            tables.Add(Table(traffic.Name, sizes, events, index));
            measurements.AddRange(sizes);
            measurements.Add(new { traffic.Name, events, index });
        }

        return new LabResult(Name, tables, measurements);
    }

    private static async Task<(IReadOnlyList<ConversationSize> Sizes, long Events, long Index)> Measure(ShopTraffic traffic, string envoy, string empty, LabContext context, CancellationToken cancellationToken)
    {
        string directory = Directory.CreateTempSubdirectory("size-").FullName;
        string data = Path.Combine(directory, "data");
        string taps = Directory.CreateDirectory(Path.Combine(directory, "taps")).FullName;
        try
        {
            IReadOnlyList<KeptConversation> kept;
            await using (Loopd loopd = await Loopd.Start(context.Loopd, data))
            {
                await using TappedShop shop = await TappedShop.Start(envoy, loopd.CapturePort, taps, context, cancellationToken);
                int failed = await shop.Send(traffic.Requests, cancellationToken);
                kept = await Kept(loopd, failed, context, cancellationToken);
                await Compacted(data, context, cancellationToken);
            }

            ILookup<string, TapFile> files = TapFile.ReadAll(taps);
            return ([.. kept.Select(one => SizeOf(one, files, data))], Database(data, "events.db") - Database(empty, "events.db"), Database(data, "index.db") - Database(empty, "index.db"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // Exchanges that came after a seal, which a crowded machine makes, are compacted when the watch for them ends.
    private static async Task Compacted(string data, LabContext context, CancellationToken cancellationToken)
    {
        long started = context.Time.GetTimestamp();
        while (Directory.EnumerateDirectories(Path.Combine(data, "packs")).Any(pack => Directory.GetFiles(pack).Length > 1) && context.Time.GetElapsedTime(started) < LateWatch)
            await Task.Delay(PollInterval, context.Time, cancellationToken);
    }

    private static async Task<IReadOnlyList<KeptConversation>> Kept(Loopd loopd, int expected, LabContext context, CancellationToken cancellationToken)
    {
        long started = context.Time.GetTimestamp();
        while (true)
        {
            using JsonDocument page = await loopd.Get("/api/v1/conversations?limit=500", cancellationToken);
            List<JsonElement> items = [.. page.RootElement.GetProperty("items").EnumerateArray()];
            bool isEnough = items.Count == expected || (items.Count >= expected * 9 / 10 && context.Time.GetElapsedTime(started) > SealLimit / 2);
            if (isEnough && items.All(item => item.GetProperty("state").GetString() == "sealed"))
                return [.. items.Select(item => new KeptConversation(item.GetProperty("id").GetString()!, item.GetProperty("traceKey").GetString()!.Split(':')[1]))];
            if (context.Time.GetElapsedTime(started) > SealLimit)
                throw new LabException($"{expected} conversations should be kept and sealed; there are {items.Count}, {items.Count(item => item.GetProperty("state").GetString() == "sealed")} sealed.");
            await Task.Delay(PollInterval, context.Time, cancellationToken);
        }
    }

    private static ConversationSize SizeOf(KeptConversation kept, ILookup<string, TapFile> files, string data)
    {
        TapFile[] tapped = [.. files[kept.TraceId].OrderBy(file => file.At, StringComparer.Ordinal)];
        byte[] raw = [.. tapped.SelectMany(file => file.Raw)];
        using var compressor = new Compressor(CompressionLevel);
        string pack = Path.Combine(data, "packs", $"conversation-{kept.Id}");
        return new ConversationSize(kept.Id, tapped.Length, tapped.Sum(file => file.Bytes), raw.Length, compressor.Wrap(raw).Length, (Directory.Exists(pack) ? Directory.EnumerateFiles(pack) : []).Sum(file => new FileInfo(file).Length));
    }

    // Folds the write-ahead log in first: it holds pages many times, and its size is a constant of SQLite's, not one per exchange.
    private static long Database(string data, string name)
    {
        string path = Path.Combine(data, name);
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString()))
        {
            connection.Open();
            using SqliteCommand checkpoint = connection.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            checkpoint.ExecuteNonQuery();
        }

        return new FileInfo(path).Length;
    }

    private static LabTable Table(string traffic, IReadOnlyList<ConversationSize> sizes, long events, long index)
    {
        long exchanges = sizes.Sum(size => size.Exchanges);
        long json = sizes.Sum(size => size.JsonBytes);
        long compressed = sizes.Sum(size => size.CompressedBytes);
        long packs = sizes.Sum(size => size.PackBytes);
        IReadOnlyList<string> Row(string what, long bytes) =>
        [
            what, Shown.Number(bytes), Shown.Number((double)bytes / exchanges), Shown.Percent((double)bytes / json), Shown.Number((double)bytes / compressed, 2) + " ×",
        ];
        return new LabTable(
            $"Size of kept exchanges, {traffic}",
            ["what", "bytes", "per exchange", "of JSON tap files", "of zstd -19"],
            [
                Row("JSON tap files of Envoy", json),
                Row("the same as HTTP/1.1 text", sizes.Sum(size => size.RawBytes)),
                Row("zstd -19 of each conversation's text", compressed),
                Row("Loop: packs", packs),
                Row("Loop: events.db", events),
                Row("Loop: packs and events", packs + events),
                Row("Loop: index.db (derived)", index),
                Row("Loop: all", packs + events + index),
            ],
            [
                $"{sizes.Count} failing conversations of the shop with {exchanges} exchanges (a hop is two: its client and its server view), seen by the same Envoys at the same place.",
                "Sizes of files, not of disk blocks. Databases: growth over that of an empty data directory, with the write-ahead log folded in.",
                "Loop also keeps what the tap files lack: the access-log entry of every exchange and Envoy's attributes.",
            ]);
    }

    private sealed record KeptConversation(string Id, string TraceId);

    private sealed record ConversationSize(string Id, int Exchanges, long JsonBytes, long RawBytes, long CompressedBytes, long PackBytes);
}
