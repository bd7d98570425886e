using System.Diagnostics.Metrics;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Capture.Diagnostics;
using Loop.Capture.Sources;
using Loop.Capture.Tap;
using Loop.Capture.Tests.Fakes;
using Loop.Contracts.Exchanges;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Loop.Capture.Tests.Tap;

public sealed class TapDirectoryTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("loop-tap-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly FakeIntake _intake = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly CaptureInstruments _instruments;

    public TapDirectoryTests() => _instruments = new CaptureInstruments(_services.GetRequiredService<IMeterFactory>());

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        _instruments.Dispose();
        _services.Dispose();
    }

    [Theory]
    [InlineData("proto_binary/err-500.pb")]
    [InlineData("json_body_as_bytes/err-500.json")]
    [InlineData("length_delimited_streamed/err-500.pb_length_delimited")]
    [InlineData("json_streamed/err-500.json")]
    public void Scan_QuietFile_IsImportedOnceAndDeleted(string fixture)
    {
        using TapDirectory directory = Watch();
        string path = Write("inbound_123" + Path.GetExtension(fixture), TapFixture.Bytes(fixture));
        directory.Scan();
        Assert.Empty(_intake.Exchanges);
        ScanAfter(directory, 0.6);
        ScanAfter(directory, 20);
        FakeExchange exchange = Assert.Single(_intake.Exchanges);
        Assert.Equal((CaptureInput.TapFile, ExchangeView.Server, "web", "node-a/local/web"), (exchange.Source.Input, exchange.Source.View, exchange.Source.Service, exchange.Source.Instance));
        Assert.True(exchange.IsClosed);
        Assert.False(File.Exists(path));
        Assert.Empty(_intake.Malformed);
    }

    [Fact]
    public void Scan_FileWrittenInParts_IsImportedWholeWhenItIsWhole()
    {
        byte[] bytes = TapFixture.Bytes("proto_binary/post-201.pb");
        using TapDirectory directory = Watch();
        string path = Write("outbound/1.pb", bytes[..100]);
        directory.Scan();
        ScanAfter(directory, 0.6);
        Assert.Empty(_intake.Exchanges);
        Assert.True(File.Exists(path));
        Write("outbound/1.pb", bytes);
        directory.Scan();
        Assert.Empty(_intake.Exchanges);
        ScanAfter(directory, 0.6);
        Assert.Equal(ExchangeView.Client, Assert.Single(_intake.Exchanges).Source.View);
        Assert.Empty(_intake.Malformed);
    }

    [Fact]
    public void Scan_StreamedTraceThatMayGrow_WaitsForTheLongerQuiet()
    {
        using TapDirectory directory = Watch();
        string path = Write("a.pb_length_delimited", TapFixture.Bytes("length_delimited_streamed/client-abort-wait.pb_length_delimited"));
        directory.Scan();
        ScanAfter(directory, 5);
        Assert.Empty(_intake.Exchanges);
        ScanAfter(directory, 6);
        Assert.False(Assert.Single(_intake.Exchanges).IsResponseEnded);
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("a.pb", new byte[] { 0x0A, 0x7F, 1 })]
    [InlineData("a.pb", new byte[] { })]
    [InlineData("a.pb_length_delimited", new byte[] { 5, 1 })]
    [InlineData("a.json", new byte[] { (byte)'{', (byte)'x' })]
    public void Scan_DamagedFile_IsRejectedWithItsReasonAfterRetries(string name, byte[] bytes)
    {
        using TapDirectory directory = Watch();
        string path = Write(name, bytes);
        directory.Scan();
        ScanAfter(directory, 5);
        Assert.True(File.Exists(path));
        ScanAfter(directory, 5.1);
        Assert.False(File.Exists(path));
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(_root, "rejected", name)));
        Assert.Contains(name, File.ReadAllText(Path.Combine(_root, "rejected", name + ".reason.txt")), StringComparison.Ordinal);
        ScanAfter(directory, 20);
        Assert.Equal(CaptureInput.TapFile, Assert.Single(_intake.Malformed).Input);
        Assert.Empty(_intake.Exchanges);
    }

    [Fact]
    public void Scan_FileOverTheLimit_IsRejected()
    {
        using TapDirectory directory = Watch(maximumFileBytes: 10);
        Write("a.pb", new byte[11]);
        directory.Scan();
        ScanAfter(directory, 0.6);
        Assert.True(File.Exists(Path.Combine(_root, "rejected", "a.pb")));
    }

    [Fact]
    public void Scan_WithMoveTo_MovesAndDoesNotImportAgain()
    {
        using TapDirectory directory = Watch(moveTo: Path.Combine(_root, "done"));
        Write("inbound/1.pb", TapFixture.Bytes("proto_binary/get-200.pb"));
        directory.Scan();
        ScanAfter(directory, 0.6);
        ScanAfter(directory, 0.6);
        ScanAfter(directory, 20);
        Assert.Single(_intake.Exchanges);
        Assert.True(File.Exists(Path.Combine(_root, "done", "inbound", "1.pb")));
    }

    [Fact]
    public void Scan_OtherFiles_AreLeftAlone()
    {
        using TapDirectory directory = Watch();
        string text = Write("a.pb_text", [1]);
        string other = Write("notes.txt", [1]);
        directory.Scan();
        ScanAfter(directory, 20);
        ScanAfter(directory, 20);
        Assert.True(File.Exists(text) && File.Exists(other));
    }

    private TapDirectory Watch(string? moveTo = null, long maximumFileBytes = 1 << 20)
    {
        var options = new TapFilesOptions { Directory = _root, Service = "web", MoveTo = moveTo, MaximumFileBytes = maximumFileBytes };
        var sources = new SourceReader(new CaptureNodeIdentity("node-a", 1, DateTimeOffset.UnixEpoch));
        return new TapDirectory(options, new TapFileImporter(_intake, sources, _instruments), _time, NullLogger.Instance);
    }

    private void ScanAfter(TapDirectory directory, double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        directory.Scan();
    }

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
