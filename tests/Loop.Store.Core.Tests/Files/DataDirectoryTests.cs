#pragma warning disable CA1416 // Tests of file modes are skipped on Windows.
using Loop.Store.Core.Faults;
using Loop.Store.Files;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Loop.Store.Core.Tests.Files;

public sealed class DataDirectoryTests : IDisposable
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));

    private readonly TemporaryDirectory _temporary = new();

    private string Root => _temporary.File("a/b/data");

    [Fact]
    public void Open_CreatesAPrivateDirectory()
    {
        using DataDirectory directory = DataDirectory.Open(Root, Clock);

        Assert.Equal((Path.Combine(Root, "events.db"), Path.Combine(Root, "index.db")), (directory.EventsPath, directory.IndexPath));
        Assert.Equal((Path.Combine(Root, "packs"), Path.Combine(Root, "keys")), (directory.PacksPath, directory.KeysPath));
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        foreach (string path in (string[])[Root, directory.PacksPath, directory.KeysPath])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Open_Twice_SaysWhoHoldsIt()
    {
        using DataDirectory first = DataDirectory.Open(Root, Clock);

        DataDirectoryLockedException exception = Assert.Throws<DataDirectoryLockedException>(() => DataDirectory.Open(Root, Clock));
        Assert.Equal($"process {Environment.ProcessId} on {Environment.MachineName}, since 2026-05-04 12:00:00Z", exception.Holder);
        Assert.Contains(Root, exception.Message);
        Assert.Contains("--data", exception.Message);
        Assert.Throws<DataDirectoryLockedException>(() => DataDirectory.Open(Root, Clock));
    }

    [Fact]
    public void Open_AfterDispose_Works()
    {
        DataDirectory.Open(Root, Clock).Dispose();

        DataDirectory.Open(Root, Clock).Dispose();
    }

    [Fact]
    public void Open_OfAFile_SaysSo()
    {
        string file = _temporary.File("file");
        File.WriteAllText(file, "x");

        Assert.Contains("it is a file", Assert.Throws<StoreUnusableException>(() => DataDirectory.Open(file, Clock)).Message);
        Assert.Contains(file, Assert.Throws<StoreUnusableException>(() => DataDirectory.Open(Path.Combine(file, "below"), Clock)).Message);
    }

    [Fact]
    public void Open_WhereNobodyMayWrite_SaysSo()
    {
        // /proc refuses even the administrator, who runs some builds.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /proc.");

        StoreUnusableException exception = Assert.Throws<StoreUnusableException>(() => DataDirectory.Open("/proc/loop-data", Clock));
        Assert.Contains("/proc/loop-data", exception.Message);
        Assert.Contains("--data", exception.Message);
    }

    public void Dispose() => _temporary.Dispose();
}
