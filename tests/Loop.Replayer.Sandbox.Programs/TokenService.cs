using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>
/// A service that checks JWTs: it fetches the key set of <c>KEYS_URL</c> when it first needs one and keeps it. Whoever may write meets a bug, unless it is
/// mended; whoever may only read does not.
/// </summary>
internal static class TokenService
{
    private static readonly JsonWebTokenHandler Handler = new();
    private static JsonWebKeySet? _keys;

    public static async Task<int> Run(int port, bool isMended)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://0.0.0.0:{port}"));
        WebApplication application = builder.Build();
        application.Run(context => Answer(context, isMended));
        await application.RunAsync();
        return 0;
    }

    private static async Task Answer(HttpContext context, bool isMended)
    {
        string token = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        TokenValidationResult result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = "https://login.example",
            ValidAudience = "accounts",
            ValidTypes = ["at+jwt"],
            IssuerSigningKeys = await Keys(),
            ClockSkew = TimeSpan.Zero,
        });
        if (!result.IsValid)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = $"Bearer error=\"invalid_token\", error_description=\"{result.Exception.Message.Split(':')[0]}\"";
            return;
        }

        string scope = (string)result.Claims["scope"];
        bool fails = scope.Contains("write", StringComparison.Ordinal) && !isMended;
        context.Response.StatusCode = fails ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        await context.Response.WriteAsJsonAsync(fails ? new { error = "the limit of the account is null", scope } : new { error = "none", scope });
    }

    private static async Task<IEnumerable<SecurityKey>> Keys()
    {
        using HttpClient client = new();
        try
        {
            _keys ??= new JsonWebKeySet(await client.GetStringAsync(new Uri(Environment.GetEnvironmentVariable("KEYS_URL")!)));
        }
        catch (HttpRequestException)
        {
            return [];
        }

        return _keys.GetSigningKeys();
    }
}
