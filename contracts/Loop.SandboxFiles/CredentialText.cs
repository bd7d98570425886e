using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Loop.Contracts.Api;
using Loop.Contracts.Redaction;

namespace Loop.SandboxFiles;

/// <summary>Writes what the recorded requests carried as credentials, as comments: only a person knows where keys are and which secret may be used.</summary>
internal static partial class CredentialText
{
    /// <summary>Nothing when no request carried one.</summary>
    public static void Write(StringBuilder text, ConversationDetail conversation)
    {
        List<string[]> headers = [.. conversation.Hops.SelectMany(hop => hop.Request?.Headers ?? []).Where(field => field.Length == 2 && HeaderRedactor.IsToken(field[1])).DistinctBy(field => field[0])];
        if (headers.Count == 0)
            return;
        text.Append("# Requests carried these secrets, and none is sent that is not declared. Take the # away from those that are needed.\n# credentials:\n");
        foreach (string[] header in headers)
            text.Append(CultureInfo.InvariantCulture, $"#   {Name().Replace(header[0], "-")}: {Rule(header[0], header[1])}\n");
    }

    private static string Rule(string name, string value)
    {
        RedactedJwt? jwt = null;
        RedactedJwt.Replace(value, found =>
        {
            jwt ??= found;
            return null;
        });
        return jwt is null
            ? $"{{ header: {YamlWriting.Scalar(name)}, environment: {Variable().Replace(name.ToUpperInvariant(), "_")} }}  # a variable of the replayer that holds it"
            : $"{{ header: {YamlWriting.Scalar(name)}, jwt: {{ keySet: \"http://HOST/PATH\" }} }}  # {YamlWriting.Comment(Describe(jwt))}; where the service fetches the key set";
    }

    private static string Describe(RedactedJwt jwt) =>
        $"{jwt.Header["alg"]}{(jwt.Claims["iss"] is { } issuer ? $", issued by {issuer.ToJsonString()}" : "")}{(jwt.Claims["aud"] is { } audience ? $", for {audience.ToJsonString()}" : "")}";

    [GeneratedRegex("[^A-Za-z0-9_-]")]
    private static partial Regex Name();

    [GeneratedRegex("[^A-Z0-9]")]
    private static partial Regex Variable();
}
