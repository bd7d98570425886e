using System.Security.Cryptography;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.SandboxFiles;

namespace Loop.Cli.Testing;

/// <summary>A folder that <c>loopctl promote</c> wrote, read and checked.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Manifest">What it asks for.</param>
internal sealed record TestFolder(string Path, TestManifest Manifest)
{
    /// <summary>Name of the noise mask.</summary>
    public const string NoiseFile = "noise.json";

    /// <summary>Folder of the conversations.</summary>
    public const string ConversationsFolder = "conversations";

    /// <summary>Name, for people.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The verdict that passes.</summary>
    public Verdict Expected => TestExpectation.Verdicts[Manifest.Expect];

    /// <summary>Its sandbox file.</summary>
    public string SandboxPath => PathOf(SandboxFile.FileName);

    /// <summary>Reads a folder and checks that everything in it is there and unchanged.</summary>
    /// <exception cref="TestFolderException">Something is missing, damaged or of a newer version.</exception>
    public static TestFolder Read(string path)
    {
        TestManifest manifest = ReadManifest(System.IO.Path.Combine(path, TestManifest.FileName));
        var folder = new TestFolder(path, manifest);
        if (!TestExpectation.Verdicts.ContainsKey(manifest.Expect))
            throw new TestFolderException(TestManifest.FileName, $"the expectation '{manifest.Expect}' is unknown; known are {string.Join(", ", TestExpectation.Verdicts.Keys)}");
        IEnumerable<(string, string)> noise = manifest.Noise is { } mask ? [(mask.File, mask.Sha256)] : [];
        foreach ((string file, string sha256) in manifest.Conversations.Select(one => (one.File, one.Sha256)).Concat(manifest.Files.Select(one => (one.File, one.Sha256))).Concat(noise))
            folder.Check(file, sha256);
        if (!manifest.Conversations.Any(one => one.Id == manifest.Conversation))
            throw new TestFolderException(TestManifest.FileName, $"the conversation {manifest.Conversation} is not among its conversations");
        folder.CheckSandbox();
        return folder;
    }

    /// <summary>SHA-256 of a file's content, lower-case hex.</summary>
    public static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Absolute path of a file of the folder.</summary>
    public string PathOf(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Its noise mask; null without one.</summary>
    /// <exception cref="TestFolderException">It cannot be read.</exception>
    public GivenNoise? ReadNoise()
    {
        if (Manifest.Noise is not { } noise)
            return null;
        try
        {
            return JsonSerializer.Deserialize<GivenNoise>(File.ReadAllBytes(PathOf(noise.File)), LoopJson.Options);
        }
        catch (JsonException exception)
        {
            throw new TestFolderException(noise.File, $"it cannot be read: {exception.Message}");
        }
    }

    private static TestManifest ReadManifest(string path)
    {
        if (!File.Exists(path))
            throw new TestFolderException(TestManifest.FileName, "it is missing: this is no folder of loopctl promote");
        try
        {
            byte[] json = File.ReadAllBytes(path);
            // The version first: what a newer one looks like is not known.
            ManifestMark? mark = JsonSerializer.Deserialize<ManifestMark>(json, LoopJson.Options);
            if (mark?.Format != TestManifest.FormatName)
                throw new TestFolderException(TestManifest.FileName, $"its format is '{mark?.Format}', not {TestManifest.FormatName}");
            if (mark.Version is < 1 or > TestManifest.CurrentVersion)
                throw new TestFolderException(TestManifest.FileName, $"its version is {mark.Version}, and this loopctl reads 1 to {TestManifest.CurrentVersion}: use the Loop that wrote it, or a later one");
            return JsonSerializer.Deserialize<TestManifest>(json, LoopJson.Options)!;
        }
        catch (JsonException exception)
        {
            throw new TestFolderException(TestManifest.FileName, $"it cannot be read: {exception.Message}");
        }
    }

    private void Check(string file, string sha256)
    {
        string full = System.IO.Path.GetFullPath(file, Path);
        if (!full.StartsWith(Path + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new TestFolderException(TestManifest.FileName, $"'{file}' lies outside of the folder");
        if (!File.Exists(full))
            throw new TestFolderException(file, "it is missing: take it back from version control, or promote the conversation again");
        if (HashOf(full) != sha256)
            throw new TestFolderException(file, $"it was changed since it was promoted (its SHA-256 is not the one in {TestManifest.FileName}): take it back from version control, or promote the conversation again");
    }

    private void CheckSandbox()
    {
        if (!File.Exists(SandboxPath))
            throw new TestFolderException(SandboxFile.FileName, "it is missing: take it back from version control, or promote the conversation again");
        IReadOnlyList<SandboxFileFault> faults = SandboxFileReader.Read(File.ReadAllText(SandboxPath)).Faults;
        if (faults.Count > 0)
            throw new TestFolderException(SandboxFile.FileName, string.Join("; ", faults));
    }

    private sealed record ManifestMark(string? Format, int Version);
}

/// <summary>A test folder that cannot be used; the message names the file and what is wrong with it.</summary>
internal sealed class TestFolderException(string file, string fault) : Exception($"{file}: {fault}");
