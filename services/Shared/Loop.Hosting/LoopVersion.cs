using System.Reflection;

namespace Loop.Hosting;

/// <summary>The version of this build.</summary>
public static class LoopVersion
{
    /// <summary><c>1.2.3</c>, without the commit.</summary>
    public static string Text { get; } = typeof(LoopVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
