#pragma warning disable CA1416 // Tests of file modes are skipped on Windows.
using Loop.Store.Core.Faults;
using Loop.Store.Files;
using Xunit;

namespace Loop.Store.Core.Tests.Files;

public sealed class RedactionKeyFileTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string KeyPath => _temporary.File("keys/redaction.key");

    [Fact]
    public void ReadOrCreate_MakesAKeyOnce()
    {
        RedactionKeyFile first = RedactionKeyFile.ReadOrCreate(KeyPath);
        RedactionKeyFile second = RedactionKeyFile.ReadOrCreate(KeyPath);

        Assert.Equal(32, first.Key.Length);
        Assert.Equal(first.Key.ToArray(), second.Key.ToArray());
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(12, first.Id.Length);
        Assert.NotEqual(first.Id, RedactionKeyFile.ReadOrCreate(_temporary.File("keys/other.key")).Id);
        Assert.DoesNotContain(Convert.ToHexStringLower(first.Key.Span), first.ToString());
    }

    [Fact]
    public void ReadOrCreate_LeavesOnlyAPrivateFile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        RedactionKeyFile.ReadOrCreate(KeyPath);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        Assert.Equal([KeyPath], Directory.GetFiles(Path.GetDirectoryName(KeyPath)!));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, "0640")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, "0604")]
    public void ReadOrCreate_OfAFileThatOthersMayRead_IsRefused(UnixFileMode mode, string shown)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        RedactionKeyFile.ReadOrCreate(KeyPath);
        File.SetUnixFileMode(KeyPath, mode);

        string message = Assert.Throws<StoreUnusableException>(() => RedactionKeyFile.ReadOrCreate(KeyPath)).Message;
        Assert.Contains(shown, message);
        Assert.Contains($"chmod 600 {KeyPath}", message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("loop redaction key v1\n00ff\n")]
    [InlineData("loop redaction key v2\n0000000000000000000000000000000000000000000000000000000000000000\n")]
    [InlineData("loop redaction key v1\nzz00000000000000000000000000000000000000000000000000000000000000\n")]
    public void ReadOrCreate_OfADamagedFile_IsRefusedAndKept(string text)
    {
        RedactionKeyFile.ReadOrCreate(KeyPath);
        File.WriteAllText(KeyPath, text);

        Assert.Throws<StoreDamagedException>(() => RedactionKeyFile.ReadOrCreate(KeyPath));
        Assert.Equal(text, File.ReadAllText(KeyPath));
    }

    public void Dispose() => _temporary.Dispose();
}
