using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>Reads the written answers of a sandbox file.</summary>
internal static class BackgroundStubs
{
    private static readonly int[] UsualPorts = [80, 443];

    /// <summary>One per call that has an answer.</summary>
    public static IReadOnlyList<BackgroundStub> Of(SandboxFile file, string folder) =>
        [.. file.Background.Where(call => call.Answer is not null).Select(call => Of(call, call.Answer!, folder))];

    private static BackgroundStub Of(BackgroundCall call, StubAnswer answer, string folder)
    {
        string[] words = call.Call.Split(' ', 2);
        // The asterisk is no part of a URL's path, and is kept by reading the text itself.
        Uri url = new(words[1].TrimEnd('*'));
        string authority = UsualPorts.Contains(url.Port) && url.IsDefaultPort ? url.Host : $"{url.Host}:{url.Port}";
        byte[] body = answer.BodyFile is { } path ? File.ReadAllBytes(Path.GetFullPath(path, folder)) : Encoding.UTF8.GetBytes(answer.Body ?? "");
        HeaderField[] headers = [.. answer.Headers.Select(pair => new HeaderField(pair.Key.ToLowerInvariant(), pair.Value))];
        return new BackgroundStub(call.By, words[0], authority.ToLowerInvariant(), url.PathAndQuery + (words[1].EndsWith('*') ? "*" : ""), answer.Status, headers, body);
    }
}
