using Loop.Capture.Tap;
using Loop.Hosting.Access;
using Microsoft.Extensions.Options;

namespace Loop.Capture;

/// <summary>Finds all faults of the options at once; each names the option, its value, the rule and the remedy.</summary>
internal sealed class CaptureOptionsValidator : IValidateOptions<CaptureOptions>
{
    private const int MaximumNameLength = 100;
    private const int MinimumMessageBytes = 64 * 1024;

    private static readonly string?[] Directions = [null, "inbound", "outbound", "edge"];

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, CaptureOptions options)
    {
        List<string> faults = [.. Listeners(options), .. Tls(options), .. Link(options), .. Limits(options)];
        faults.AddRange(options.TapFiles.SelectMany(TapFiles));
        faults.AddRange(options.AdminTaps.SelectMany(AdminTaps));
        faults.AddRange(RepeatedEnvoys(options));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Listeners(CaptureOptions options)
    {
        foreach ((string option, string? value) in new[] { ("Listen", (string?)options.Listen), ("TapHttpListen", options.TapHttpListen) })
        {
            if (value is null)
                continue;
            if (!ListenAddress.TryParse(value, out ListenAddress? address, out _))
                yield return Fault(option, value, "is not address:port", "write 127.0.0.1:5678, [::1]:5678 or 0.0.0.0:5678");
            else if (!address.IsLoopback && options.ClientAuthority is null && !options.AllowInsecureListen)
            {
                yield return Fault(
                    option,
                    value,
                    "is reachable from other machines without TLS client certificates",
                    "set TlsCertificate, TlsKey and ClientAuthority, or AllowInsecureListen where the mesh itself does mTLS");
            }
        }
    }

    private static IEnumerable<string> Tls(CaptureOptions options)
    {
        if (options.TlsCertificate is null != options.TlsKey is null)
            yield return Fault("TlsKey", options.TlsKey, "must be set together with TlsCertificate", "set both or neither");
        if (options.ClientAuthority is not null && options.TlsCertificate is null)
            yield return Fault("ClientAuthority", options.ClientAuthority, "needs TLS", "set TlsCertificate and TlsKey");
        foreach (string file in new[] { options.TlsCertificate, options.TlsKey, options.ClientAuthority }.OfType<string>().Where(file => !File.Exists(file)))
            yield return $"Loop:Capture: the file {file} does not exist or cannot be read.";
    }

    private static IEnumerable<string> Link(CaptureOptions options)
    {
        if (options.NodeName.Length is 0 or > MaximumNameLength || options.NodeName.Contains('/', StringComparison.Ordinal))
            yield return Fault("NodeName", options.NodeName, $"must have 1 to {MaximumNameLength} characters and no slash", "give the node a short name");
        if (!IsHttpUrl(options.StoreUrl))
            yield return Fault("StoreUrl", options.StoreUrl, "is not an http or https URL", "write http://127.0.0.1:5679");
        if (options.LinkRetryMinimum <= TimeSpan.Zero || options.LinkRetryMaximum < options.LinkRetryMinimum)
            yield return Fault("LinkRetryMinimum", options.LinkRetryMinimum, $"must be above 0 and at most LinkRetryMaximum ({options.LinkRetryMaximum})", "write 00:00:00.2");
        if (options.StatusInterval <= TimeSpan.Zero)
            yield return Fault("StatusInterval", options.StatusInterval, "must be above 0", "write 00:00:01");
        if (options.TriggerRepeatInterval <= TimeSpan.Zero)
            yield return Fault("TriggerRepeatInterval", options.TriggerRepeatInterval, "must be above 0", "write 00:00:02");
    }

    private static IEnumerable<string> Limits(CaptureOptions options)
    {
        if (options.MaximumMessageBytes < MinimumMessageBytes)
            yield return Fault("MaximumMessageBytes", options.MaximumMessageBytes, $"must be at least {MinimumMessageBytes}", "write 16777216");
        if (options.MaximumPendingBytes < options.MaximumMessageBytes)
            yield return Fault("MaximumPendingBytes", options.MaximumPendingBytes, "must be at least MaximumMessageBytes", "write 268435456");
    }

    private static IEnumerable<string> TapFiles(TapFilesOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Directory))
            yield return Fault("TapFiles:Directory", options.Directory, "must not be empty", "name the directory of file_per_tap's path_prefix");
        if (!Directions.Contains(options.Direction))
            yield return Fault("TapFiles:Direction", options.Direction, "is unknown", "write inbound, outbound or edge");
        if (options.Quiet <= TimeSpan.Zero || options.GiveUpAfter < options.Quiet)
            yield return Fault("TapFiles:Quiet", options.Quiet, $"must be above 0 and at most GiveUpAfter ({options.GiveUpAfter})", "write 00:00:00.5");
        if (options.MaximumFileBytes <= 0)
            yield return Fault("TapFiles:MaximumFileBytes", options.MaximumFileBytes, "must be above 0", "write 67108864");
    }

    private static IEnumerable<string> AdminTaps(AdminTapOptions options)
    {
        if (!IsHttpUrl(options.Url))
            yield return Fault("AdminTaps:Url", options.Url, "is not an http or https URL", "write http://127.0.0.1:9901");
        if (string.IsNullOrWhiteSpace(options.ConfigId))
            yield return Fault("AdminTaps:ConfigId", options.ConfigId, "must not be empty", "name the config_id of the tap filter's admin_config");
        if (!Directions.Contains(options.Direction))
            yield return Fault("AdminTaps:Direction", options.Direction, "is unknown", "write inbound, outbound or edge");
        if (options.MaximumBodyBytes <= 0)
            yield return Fault("AdminTaps:MaximumBodyBytes", options.MaximumBodyBytes, "must be above 0", "write 1048576");
        if (options.RetryMinimum <= TimeSpan.Zero || options.RetryMaximum < options.RetryMinimum)
            yield return Fault("AdminTaps:RetryMinimum", options.RetryMinimum, $"must be above 0 and at most RetryMaximum ({options.RetryMaximum})", "write 00:00:00.5");
    }

    private static IEnumerable<string> RepeatedEnvoys(CaptureOptions options) =>
        options.AdminTaps.GroupBy(tap => tap.Url.TrimEnd('/'), StringComparer.OrdinalIgnoreCase)
            .Where(taps => taps.Count() > 1)
            .Select(taps => Fault("AdminTaps:Url", taps.Key, "is listed more than once, and an Envoy serves one tap session", "list each Envoy once"));

    private static bool IsHttpUrl(string value) => Uri.TryCreate(value, UriKind.Absolute, out Uri? url) && (url.Scheme is "http" or "https");

    private static string Fault(string option, object? value, string rule, string remedy) => $"{CaptureOptions.SectionName}:{option} '{value}' {rule}: {remedy}.";
}
