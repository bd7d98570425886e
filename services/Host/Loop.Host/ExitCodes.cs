namespace Loop.Host;

/// <summary>Exit codes of <c>loopd</c>, after BSD's sysexits.</summary>
internal static class ExitCodes
{
    /// <summary>Wrong options.</summary>
    public const int Usage = 64;

    /// <summary>The data directory cannot be used, or is in use by another process.</summary>
    public const int Data = 74;

    /// <summary>An address cannot be listened on.</summary>
    public const int Unavailable = 69;

    /// <summary>Configuration that cannot be used.</summary>
    public const int Config = 78;

    /// <summary>Something that should not happen.</summary>
    public const int Software = 70;
}
