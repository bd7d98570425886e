using System.Text;
using Loop.SandboxFiles;

namespace Loop.Replayer.Credentials;

/// <summary>What the replayer's own environment must hold before credentials can be used.</summary>
internal static class CredentialRules
{
    /// <summary>The first fault with its remedy; null when there is none.</summary>
    public static (string Detail, string Remedy)? Fault(SandboxFile file)
    {
        foreach (SandboxCredential credential in file.Credentials)
        {
            string? variable = credential.Environment ?? credential.Jwt?.Secret;
            if (variable is null)
                continue;
            string? value = Environment.GetEnvironmentVariable(variable);
            if (string.IsNullOrEmpty(value))
                return ($"credentials.{credential.Name}: the variable {variable} of loopd is empty.", "Set it where loopd runs, or give the header with --header.");
            if (credential.Jwt is not null && Encoding.UTF8.GetByteCount(value) is var bytes and < SharedSecret.MinimumBytes)
                return ($"credentials.{credential.Name}.jwt.secret: the variable {variable} of loopd has {bytes} bytes; HS256 needs at least {SharedSecret.MinimumBytes}.", "Set the secret that the services have.");
        }

        return null;
    }
}
