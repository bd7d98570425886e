using Loop.Host.CommandLine;

namespace Loop.Host;

internal static class LoopdProcess
{
    public static Task<int> Run(LoopdSettings settings, CancellationToken cancellationToken) => Task.FromResult(0);
}
