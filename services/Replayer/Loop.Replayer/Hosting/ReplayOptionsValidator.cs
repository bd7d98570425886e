using Loop.Replayer.Destinations;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Hosting;

/// <summary>Rules that annotations cannot say; all faults are reported together.</summary>
internal sealed class ReplayOptionsValidator : IValidateOptions<ReplayOptions>
{
    public ValidateOptionsResult Validate(string? name, ReplayOptions options)
    {
        List<string> faults = [];
        for (int index = 0; index < options.AllowedDestinations.Count; index++)
        {
            string text = options.AllowedDestinations[index].Destination;
            if (DestinationPattern.Parse(text) is null)
                faults.Add($"{ReplayOptions.SectionName}:AllowedDestinations:{index}:Destination is '{text}': host, host:port, an address or a network as 10.0.0.0/8 is expected.");
        }

        faults.AddRange(options.OwnPorts.Where(port => port is < 1 or > 65535).Select(port => $"{ReplayOptions.SectionName}:OwnPorts holds {port}: a port is 1 to 65535."));
        if (options.MinimumTimeLimit > options.MaximumTimeLimit)
            faults.Add($"{ReplayOptions.SectionName}:MinimumTimeLimit {options.MinimumTimeLimit} exceeds MaximumTimeLimit {options.MaximumTimeLimit}: lower the one or raise the other.");
        if (options.ObservationQuiet > options.ObservationLimit)
            faults.Add($"{ReplayOptions.SectionName}:ObservationQuiet {options.ObservationQuiet} exceeds ObservationLimit {options.ObservationLimit}: lower the one or raise the other.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
