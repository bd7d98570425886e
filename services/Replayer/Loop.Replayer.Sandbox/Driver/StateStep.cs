using System.Text.Json.Serialization;

namespace Loop.Replayer.Sandbox.Driver;

/// <summary>One step that makes state before the services of a sandbox start.</summary>
[JsonDerivedType(typeof(StateCommand), "command")]
[JsonDerivedType(typeof(StateStatements), "statements")]
[JsonDerivedType(typeof(StateDump), "dump")]
public abstract record StateStep;

/// <summary>A command that runs in the service's own network, work folder and environment. For a dependency the service is the one that owns it.</summary>
/// <param name="Command">Program and arguments.</param>
public sealed record StateCommand(IReadOnlyList<string> Command) : StateStep;

/// <summary>Statements for a server: what <c>psql</c> or <c>redis-cli --pipe</c> reads. They run as the dependency's user.</summary>
/// <param name="Text">The statements.</param>
public sealed record StateStatements(string Text) : StateStep;

/// <summary>A dump of the server's own tool: of <c>pg_dump</c> as text, custom or tar archive; a Redis <c>.rdb</c> file, or a file of Redis commands.</summary>
/// <param name="File">Absolute path on the replayer's machine.</param>
public sealed record StateDump(string File) : StateStep;
