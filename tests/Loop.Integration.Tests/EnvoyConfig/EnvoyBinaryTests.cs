using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Xunit;

namespace Loop.Integration.Tests.EnvoyConfig;

public sealed class EnvoyBinaryTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("loop-test-search-");

    [Fact]
    public void Find_WishForNone_FindsNothingWhateverIsThere()
    {
        Program("path/envoy");

        Assert.Equal(new EnvoyBinary(null, "LOOP_ENVOY=none asks to do without"), EnvoyBinary.Find(Search() with { Wish = "none" }));
    }

    [Fact]
    public void Find_WishForAFile_GoesBeforeEverythingElse()
    {
        Program("path/envoy");
        string own = Program("own/envoy");

        Assert.Equal(new EnvoyBinary(own, "named by LOOP_ENVOY"), EnvoyBinary.Find(Search() with { Wish = own }));
    }

    [Fact]
    public void Find_WishForAMissingFile_IsRefused()
    {
        EnvoyConfigInvalidException refused = Assert.Throws<EnvoyConfigInvalidException>(() => EnvoyBinary.Find(Search() with { Wish = "/nowhere/envoy" }));

        Assert.Equal(["LOOP_ENVOY names '/nowhere/envoy', which does not exist: set it to an Envoy binary, or to 'none'"], refused.Faults);
    }

    [Fact]
    public void Find_WithoutWish_LooksAtPathThenInstallerThenCache()
    {
        string cached = Program("cache/envoy");
        Assert.Equal(cached, EnvoyBinary.Find(Search()).Path);

        Program("shared/bin/install-envoy", "mkdir -p \"$1\" && echo > \"$1/envoy\"");
        Assert.Equal(Path.Combine(_root.FullName, "repository", "artifacts", "envoy", "envoy"), EnvoyBinary.Find(Search()).Path);

        string onPath = Program("path/envoy");
        Assert.Equal(new EnvoyBinary(onPath, "found on PATH"), EnvoyBinary.Find(Search()));
    }

    [Fact]
    public void Find_NothingAnywhere_TellsEveryPlaceAndWhy()
    {
        string installer = Program("shared/bin/install-envoy", "echo no space left >&2; exit 1");

        EnvoyBinary found = EnvoyBinary.Find(Search());

        Assert.Null(found.Path);
        Assert.Equal($"no envoy on PATH; {installer} failed: no space left; none in {Path.Combine(_root.FullName, "cache")}", found.Explanation);
    }

    public void Dispose() => _root.Delete(recursive: true);

    private EnvoySearch Search() => new(null, Path.Combine(_root.FullName, "path"), Path.Combine(_root.FullName, "repository"), Path.Combine(_root.FullName, "cache"), Download: false);

    private string Program(string name, string body = "exit 0")
    {
        string path = Path.Combine(_root.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
