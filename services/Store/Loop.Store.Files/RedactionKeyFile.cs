using System.Security.Cryptography;
using System.Text;
using Loop.Contracts;
using Loop.Store.Core.Faults;

namespace Loop.Store.Files;

/// <summary>The key of redaction tokens. It is made once and stays: with another one, equal secrets would no longer get equal tokens.</summary>
/// <param name="Key">32 random bytes.</param>
/// <param name="Id">Twelve characters of the key's hash; names the key in tokens and tells nothing of it.</param>
public sealed record RedactionKeyFile(ReadOnlyMemory<byte> Key, string Id)
{
    private const int KeySizeBytes = 32;
    private const string FirstLine = "loop redaction key v1";

    /// <summary>Reads the key file, or creates it (mode 0600, synced).</summary>
    /// <exception cref="StoreUnusableException">Others may read it, or it cannot be read or written.</exception>
    /// <exception cref="StoreDamagedException">It does not hold a key.</exception>
    public static RedactionKeyFile ReadOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path))
                Create(path);
            CheckMode(path);
            return Parse(path, File.ReadAllText(path));
        }
        catch (IOException exception) when (FileSystem.IsFull(exception))
        {
            throw new StoreFullException(path, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException(path, exception.Message, "Make it readable for the user that runs loopd, and for nobody else (chmod 600).", exception);
        }
    }

    /// <summary>Never shows the key.</summary>
    public override string ToString() => $"redaction key {Id}";

    private static void Create(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        FileSystem.CreateDirectory(directory);
        string temporary = path + ".new";
        File.Delete(temporary);
        string text = $"{FirstLine}\n{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeySizeBytes))}\n";
        FileSystem.WriteNew(temporary, Encoding.ASCII.GetBytes(text));
        if (!FileSystem.MoveNew(temporary, path))
            File.Delete(temporary);
        FileSystem.SyncDirectory(directory);
    }

    private static void CheckMode(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        UnixFileMode mode = File.GetUnixFileMode(path);
        if (mode != FileSystem.OwnerFile)
            throw new StoreUnusableException(path, $"its mode is 0{Convert.ToString((int)mode, 8)}, so that others may read or change the key", $"If you trust that nobody did: chmod 600 {path}");
    }

    private static RedactionKeyFile Parse(string path, string text)
    {
        string[] lines = text.Split('\n');
        if (lines.Length < 2 || lines[0] != FirstLine || lines[1].Length != KeySizeBytes * 2 || !lines[1].All(char.IsAsciiHexDigit))
            throw new StoreDamagedException(path, "it does not hold a redaction key", "Restore it from a backup. With a new key, secrets recorded from now on no longer match those recorded before.");
        byte[] key = Convert.FromHexString(lines[1]);
        return new RedactionKeyFile(key, Base32.Hash12(key));
    }
}
