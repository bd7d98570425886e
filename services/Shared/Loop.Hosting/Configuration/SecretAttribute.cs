namespace Loop.Hosting.Configuration;

/// <summary>The value of this option is never printed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
