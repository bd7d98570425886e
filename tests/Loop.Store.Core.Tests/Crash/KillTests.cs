using System.Diagnostics;
using System.Globalization;
using System.Text;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Loop.Store.Files;
using Loop.Store.Sqlite.Events;
using Xunit;

namespace Loop.Store.Core.Tests.Crash;

/// <summary>kill -9 of a process that records: what it acknowledged is there, and nothing half-written shows.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_AtAnyMoment_LosesNothingAcknowledged()
    {
        var random = new Random(20260504);
        Dictionary<string, (long Version, int Segment)> acknowledged = [];
        for (int round = 0; round < 4; round++)
        {
            foreach ((string stream, long version, int segment) in await RunUntilKilled(random.Next(1, 60)))
                acknowledged[stream] = (version, segment);
            await AssertNothingLost(acknowledged);
        }

        Assert.NotEmpty(acknowledged);
    }

    [Fact]
    public async Task Open_WhileAnotherProcessWorks_NamesIt()
    {
        using Process process = Start();
        try
        {
            Assert.NotNull(await process.StandardOutput.ReadLineAsync(Cancellation));
            DataDirectoryLockedException exception = Assert.Throws<DataDirectoryLockedException>(() => DataDirectory.Open(_temporary.Path, TimeProvider.System));
            Assert.Contains($"process {process.Id} ", exception.Message);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }

        DataDirectory.Open(_temporary.Path, TimeProvider.System).Dispose();
    }

    public void Dispose() => _temporary.Dispose();

    private async Task<List<(string Stream, long Version, int Segment)>> RunUntilKilled(int lineCount)
    {
        using Process process = Start();
        List<(string, long, int)> lines = [];
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            // The last line may be cut by the kill; a whole one has three words and ended with a line feed that ReadLine does not show: take what parses.
            string[] words = line.Split(' ');
            if (words.Length == 3 && int.TryParse(words[2], CultureInfo.InvariantCulture, out int segment))
                lines.Add((words[0], long.Parse(words[1], CultureInfo.InvariantCulture), segment));
            if (lines.Count == lineCount)
                process.Kill();
        }

        await process.WaitForExitAsync(Cancellation);
        Assert.True(lines.Count >= lineCount, $"The recording process ended by itself after {lines.Count} lines: {await process.StandardError.ReadToEndAsync(Cancellation)}");
        return lines;
    }

    private Process Start() => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Loop.Store.Crash"), [_temporary.Path])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private async Task AssertNothingLost(Dictionary<string, (long Version, int Segment)> acknowledged)
    {
        using DataDirectory directory = DataDirectory.Open(_temporary.Path, TimeProvider.System);
        await using SqliteEventStore events = SqliteEventStore.Open(directory.EventsPath, TimeProvider.System);
        var packs = new PackStore(new FileBlobStore(directory.Root, "packs"));
        Dictionary<string, HashSet<int>> referenced = [];
        await foreach (StoredEvent stored in events.ReadAll(0, Cancellation))
            await AssertSegmentIsThere(packs, stored, referenced);
        foreach ((string stream, (long version, int segment)) in acknowledged)
        {
            Assert.True(referenced[stream].Count > version, $"{stream} has {referenced[stream].Count} events, version {version} was acknowledged.");
            Assert.Contains(segment, referenced[stream]);
        }

        foreach (string stream in referenced.Keys)
        {
            Assert.InRange(await packs.SweepOrphans(stream, referenced[stream], Cancellation), 0, 1);
            Assert.Equal(referenced[stream].Order(), await packs.Segments(stream, Cancellation));
        }

        Assert.Empty(Directory.GetFiles(directory.PacksPath, ".tmp-*", SearchOption.AllDirectories));
    }

    private static async Task AssertSegmentIsThere(PackStore packs, StoredEvent stored, Dictionary<string, HashSet<int>> referenced)
    {
        var fact = Assert.IsType<ExchangeRecorded>(EventSerializer.DeserializeConversation(stored));
        Exchange head = (await packs.ReadHeads(stored.Stream.ToString(), fact.Segment, Cancellation))[fact.Ordinal];
        Assert.Equal(fact.Id, head.Id);
        byte[]? body = await packs.ReadBody(stored.Stream.ToString(), head.Request!.Body.Sha256!, Cancellation);
        Assert.Equal($"body {fact.Id.Sequence} of {stored.Stream.Id}", Encoding.UTF8.GetString(body!));
        if (!referenced.TryGetValue(stored.Stream.ToString(), out HashSet<int>? segments))
            referenced[stored.Stream.ToString()] = segments = [];
        Assert.True(segments.Add(fact.Segment));
    }
}
