using System.Runtime.Versioning;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Protocol;

namespace Loop.Replayer.Agent.Launch;

/// <summary>
/// Gives each service its work folder as it is now, and keeps what is written there away from it: no run sees the writes of another, and the folder of the user
/// stays as it is. Sealed, that is an overlay whose writes lie in memory and go with the agent; where the kernel makes none, and without namespaces, a copy.
/// One for the whole run, since what makes a service's state writes where the service reads.
/// </summary>
internal sealed class FreshFolders(AgentPlan plan)
{
    private readonly Dictionary<string, string> _views = [];

    /// <summary>Makes all of them.</summary>
    /// <exception cref="SandboxException">A folder can be given neither way.</exception>
    public void Make()
    {
        if (!OperatingSystem.IsLinux())
            throw new SandboxException("A sandbox of processes needs Linux.");
        foreach (SandboxService service in plan.Plan.Services)
            _views[service.Name] = Make(service);
    }

    /// <summary>Where the content of the service's work folder lies.</summary>
    public string Of(SandboxService service) => _views[service.Name];

    [SupportedOSPlatform("linux")]
    private string Make(SandboxService service)
    {
        string place = Directory.CreateDirectory(StateFiles.Fresh(plan.StateFolder, service.Name)).FullName;
        string why = "there are no namespaces here";
        if (plan.IsSealed)
        {
            try
            {
                return Overlay(service.WorkFolder, place);
            }
            catch (KernelRefusedException refused)
            {
                why = refused.Message;
            }
        }

        string copy = Path.Combine(place, "copy");
        new FolderCopy(plan.StateFolder).Make(service.WorkFolder, copy, tooLarge: limit =>
            new SandboxException($"The work folder {service.WorkFolder} of {service.Name} holds more than {limit >> 20} MiB, and it can only be copied for each run ({why}). Give a workFolder with less in it."));
        return copy;
    }

    [SupportedOSPlatform("linux")]
    private static string Overlay(string source, string place)
    {
        if (source.AsSpan().IndexOfAny(",:\\") >= 0 || place.AsSpan().IndexOfAny(",:\\") >= 0)
            throw new KernelRefusedException("the path holds a comma, a colon or a backslash", 0);
        string[] parts = ["upper", "work", "view"];
        Mounts.Temporary(place);
        foreach (string part in parts)
            Directory.CreateDirectory(Path.Combine(place, part));
        // The root of the view takes its mode from here.
        File.SetUnixFileMode(Path.Combine(place, "upper"), File.GetUnixFileMode(source));
        try
        {
            Mounts.Writes(source, Path.Combine(place, "upper"), Path.Combine(place, "work"), Path.Combine(place, "view"));
        }
        catch (KernelRefusedException)
        {
            Mounts.Remove(place);
            throw;
        }

        return Path.Combine(place, "view");
    }
}
