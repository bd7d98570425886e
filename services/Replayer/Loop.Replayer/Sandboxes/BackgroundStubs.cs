using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Ports;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>Reads the written answers of a sandbox file.</summary>
internal static class BackgroundStubs
{
    private static readonly int[] UsualPorts = [80, 443];

    /// <summary>One per call: its written answer, or the one that another kept conversation holds.</summary>
    /// <exception cref="InvalidOperationException">A named conversation holds no answer to the call.</exception>
    public static async Task<IReadOnlyList<BackgroundStub>> Of(SandboxFile file, string folder, IRecordings recordings)
    {
        List<BackgroundStub> stubs = [];
        foreach (BackgroundCall call in file.Background)
            stubs.Add(call.Answer is { } answer ? Of(call, answer, folder) : await Recorded(call, recordings));
        return stubs;
    }

    /// <summary>The authority under which a URL is asked for.</summary>
    public static string Authority(Uri url) => (UsualPorts.Contains(url.Port) && url.IsDefaultPort ? url.Host : $"{url.Host}:{url.Port}").ToLowerInvariant();

    private static async Task<BackgroundStub> Recorded(BackgroundCall call, IRecordings recordings)
    {
        BackgroundStub asked = Of(call, new StubAnswer(0, new Dictionary<string, string>(), null, null), "/");
        IReadOnlyList<string> found = await recordings.Find(call.From!);
        IReadOnlyList<Exchange> exchanges = found.Count == 1 ? await recordings.Exchanges(found[0]) : [];
        Exchange? exchange = exchanges.FirstOrDefault(one => one.Response is { Body.Truncated: false } && one.Method() is { } method && one.Path() is { } path
            && asked.Answers(call.By ?? "", method, (one.Authority() ?? "").ToLowerInvariant(), path));
        if (exchange?.Response is not { } response)
            throw new InvalidOperationException($"background: the conversation {call.From} holds no answer to {call.Call}");
        byte[] body = response.Body.Sha256 is { } sha256 ? await recordings.Body(found[0], sha256) ?? [] : [];
        return asked with { Status = exchange.Status() ?? 200, Headers = [.. response.Headers.Where(field => !field.Name.StartsWith(':') && field.Name is not ("content-length" or "transfer-encoding" or "connection"))], Body = body };
    }

    private static BackgroundStub Of(BackgroundCall call, StubAnswer answer, string folder)
    {
        string[] words = call.Call.Split(' ', 2);
        // The asterisk is no part of a URL's path, and is kept by reading the text itself.
        Uri url = new(words[1].TrimEnd('*'));
        byte[] body = answer.BodyFile is { } path ? File.ReadAllBytes(Path.GetFullPath(path, folder)) : Encoding.UTF8.GetBytes(answer.Body ?? "");
        HeaderField[] headers = [.. answer.Headers.Select(pair => new HeaderField(pair.Key.ToLowerInvariant(), pair.Value))];
        return new BackgroundStub(call.By, words[0], Authority(url), url.PathAndQuery + (words[1].EndsWith('*') ? "*" : ""), answer.Status, headers, body);
    }
}
