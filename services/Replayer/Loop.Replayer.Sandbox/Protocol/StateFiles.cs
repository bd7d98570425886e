namespace Loop.Replayer.Sandbox.Protocol;

/// <summary>The layout of a sandbox's folder on the host.</summary>
public static class StateFiles
{
    /// <summary>The socket through which the replayer dials into services.</summary>
    public static string DialSocket(string stateFolder) => Path.Combine(stateFolder, "dial");

    /// <summary>The work folder of a dependency: its data, made for this sandbox alone.</summary>
    public static string Data(string stateFolder, string dependency) => Path.Combine(stateFolder, dependency + ".data");

    /// <summary>Where a service's work folder is made fresh.</summary>
    public static string Fresh(string stateFolder, string service) => Path.Combine(stateFolder, service + ".fresh");

    /// <summary>What a tool that makes state reads from its standard input.</summary>
    public static string Input(string stateFolder, string key) => Path.Combine(stateFolder, key + ".input");

    /// <summary>What a service or a dependency wrote to its standard output and error.</summary>
    public static string Log(string stateFolder, string service) => Path.Combine(stateFolder, service + ".log");

    /// <summary>What the agent itself wrote to its standard error.</summary>
    public static string AgentLog(string stateFolder) => Path.Combine(stateFolder, "agent.log");

    /// <summary>What the launcher of a service reads.</summary>
    public static string Launch(string stateFolder, string service) => Path.Combine(stateFolder, service + ".launch");

    /// <summary>Why the launcher gave up; not there when it did not.</summary>
    public static string LaunchFailure(string stateFolder, string service) => Path.Combine(stateFolder, service + ".refused");

    /// <summary>The folder over which the service's own root is mounted.</summary>
    public static string Root(string stateFolder, string service) => Path.Combine(stateFolder, service + ".root");
}
