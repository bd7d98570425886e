using System.CommandLine;
using System.Net;
using Loop.Cli.Terminal;
using Loop.Client;

namespace Loop.Cli.Commands;

/// <summary>What every command shares: the options that name the server, and how faults become words and exit codes.</summary>
public sealed class CommandScope(CliContext context)
{
    /// <summary>Environment variable that names the server.</summary>
    public const string UrlVariable = "LOOP_URL";

    /// <summary>Environment variable that holds the token.</summary>
    public const string TokenVariable = "LOOP_TOKEN";

    /// <summary>Where data and words go.</summary>
    public CliContext Context => context;

    /// <summary><c>--url</c>, before or after the verb.</summary>
    public Option<string?> Url { get; } = new("--url")
    {
        Description = $"The server; else ${UrlVariable}, else {LoopClientOptions.DefaultUrl}",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary><c>--token</c>, before or after the verb.</summary>
    public Option<string?> Token { get; } = new("--token")
    {
        Description = $"API token, sent as bearer; else ${TokenVariable}",
        HelpName = "TOKEN",
        Recursive = true,
    };

    /// <summary>A new <c>--json</c> for one command.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for scripts" };

    /// <summary>A new <c>--controls</c> for one command.</summary>
    public static Option<bool> Controls() => new("--controls") { Description = "Also those that were kept as the control of a failure: healthy ones of the same route" };

    /// <summary>Makes <paramref name="command"/> run <paramref name="action"/> with a client of the named server.</summary>
    public void Handle(Command command, Func<ParseResult, LoopClient, CancellationToken, Task<int>> action) =>
        command.SetAction((result, cancellationToken) => Guard(
            async () =>
            {
                using LoopClient client = ClientOf(result);
                return await action(result, client, cancellationToken);
            },
            cancellationToken));

    /// <summary>True when the command line or the environment names a server.</summary>
    public bool NamesServer(ParseResult result) => !string.IsNullOrEmpty(result.GetValue(Url) ?? context.Environment(UrlVariable));

    /// <summary>A client of the named server; the caller disposes it.</summary>
    public LoopClient ClientOf(ParseResult result) => new(new LoopClientOptions { Url = ServerOf(result), Token = TokenOf(result) });

    /// <summary>Runs an action and maps what it throws.</summary>
    public async Task<int> Guard(Func<Task<int>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (UsageException exception)
        {
            return Fail(ExitCodes.Usage, exception.Message);
        }
        catch (LoopUnreachableException exception)
        {
            return Fail(ExitCodes.Unreachable, exception.Message, $"Is the server running (./loop up)? Another address: --url or {UrlVariable}.");
        }
        catch (LoopAnswerException exception)
        {
            return Fail(ExitCodes.BadAnswer, exception.Message, $"Does another program listen there? Another address: --url or {UrlVariable}.");
        }
        catch (LoopApiException exception)
        {
            return Fail(CodeOf(exception), exception.Message, [.. exception.Candidates.Select(candidate => "  " + candidate)]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(ExitCodes.InputOutput, exception.Message);
        }
    }

    /// <summary>Says what is wrong and returns <paramref name="code"/>.</summary>
    public int Fail(int code, string message, params string[] hints)
    {
        context.Error.WriteLine($"loopctl: {SafeText.Line(message)}");
        foreach (string hint in hints)
            context.Error.WriteLine(SafeText.Line(hint));
        return code;
    }

    private static int CodeOf(LoopApiException exception) => exception.Status switch
    {
        HttpStatusCode.NotFound => ExitCodes.NotFound,
        HttpStatusCode.Conflict => ExitCodes.Ambiguous,
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => ExitCodes.Usage,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.MisdirectedRequest => ExitCodes.NotAllowed,
        HttpStatusCode.ServiceUnavailable => ExitCodes.Unreachable,
        _ => ExitCodes.ServerFailed,
    };

    private Uri ServerOf(ParseResult result)
    {
        string? option = result.GetValue(Url);
        string? text = option ?? context.Environment(UrlVariable);
        if (string.IsNullOrEmpty(text))
            return LoopClientOptions.DefaultUrl;
        if (Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out Uri? url) && url is { Scheme: "http" or "https", Host.Length: > 0 })
            return url;
        throw new UsageException($"'{text}' ({(option is null ? UrlVariable : "--url")}) is not an http or https URL such as {LoopClientOptions.DefaultUrl}.");
    }

    private string? TokenOf(ParseResult result)
    {
        string? token = result.GetValue(Token) ?? context.Environment(TokenVariable);
        if (string.IsNullOrEmpty(token))
            return null;
        return token.All(symbol => symbol is > ' ' and < '\x7f') ? token : throw new UsageException("The token holds characters that no header may carry.");
    }
}

/// <summary>A value on the command line is wrong.</summary>
public sealed class UsageException(string message) : Exception(message);
